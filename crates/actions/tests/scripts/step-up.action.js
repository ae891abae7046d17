// Asks for a second factor when somebody wants to transfer money through one of these applications.
const APPLICATIONS = ['banking-app'];

exports.onExecutePostLogin = async (event, api) => {
  if (!APPLICATIONS.includes(event.client.client_id)) return;
  if (event.transaction.requested_scopes.indexOf('transfer:funds') > -1) {
    api.multifactor.enable('any', { allowRememberBrowser: false });
  }
};
