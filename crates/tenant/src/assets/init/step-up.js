/**
 * Runs after each log-in, before tokens are made.
 *
 * The customer confirms with a second factor, each time anew, when an application asks for a scope that moves money.
 * Changes to this file take effect at the next log-in.
 *
 * @param {Event} event - who logs in, with what, and what was asked for
 * @param {PostLoginAPI} api - what can be done about it
 */
const STEP_UP_SCOPES = ['transfer:funds'];

exports.onExecutePostLogin = async (event, api) => {
  const requested = event.transaction?.requested_scopes ?? [];
  if (STEP_UP_SCOPES.some((scope) => requested.includes(scope))) {
    api.multifactor.enable('any', { allowRememberBrowser: false });
  }
};
