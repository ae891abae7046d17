// A page with salaries is shown after a second factor: the application asks for it with acr_values.
function (user, context, callback) {
  var applications = ['salaries-app'];
  if (applications.indexOf(context.clientID) !== -1 && context.request.query.acr_values) {
    context.multifactor = { provider: 'any', allowRememberBrowser: false };
  }
  callback(null, user, context);
}
