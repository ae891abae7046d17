function (user, context, callback) {
  var applications = ['banking-app'];
  var scope = context.request.query.scope;
  if (applications.indexOf(context.clientID) !== -1 && scope.indexOf('transfer:funds') > -1) {
    context.multifactor = { provider: 'guardian', allowRememberBrowser: false };
  }
  callback(null, user, context);
}
