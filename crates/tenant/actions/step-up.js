/**
 * Asks for a second factor when an application wants one of the scopes below, each time anew.
 *
 * This is an Action of the post-login trigger, as at Auth0. Change it, log in again, and see what it does: what it prints
 * stands in the tenant's log.
 */
const SCOPES_WITH_MFA = ['transfer:funds'];

/** The client_id of each application that this is for. Empty: for all of them. */
const CLIENTS_WITH_MFA = [];

exports.onExecutePostLogin = async (event, api) => {
  if (CLIENTS_WITH_MFA.length > 0 && !CLIENTS_WITH_MFA.includes(event.client.client_id)) return;

  const wanted = SCOPES_WITH_MFA.filter((scope) => event.transaction.requested_scopes.includes(scope));
  if (wanted.length > 0) {
    console.log(`${event.client.name} asks for ${wanted.join(' ')}, which takes a second factor.`);
    api.multifactor.enable('any', { allowRememberBrowser: false });
  }
};
