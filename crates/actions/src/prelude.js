// The objects that a script sees. It runs first, in the script's own runtime, and keeps for itself what the script could
// change under its hands. Everything that counts is decided behind `native`, which trusts nothing from here.
(function (native, given, kind, require) {
  'use strict';
  const { stringify, parse } = JSON;
  const string = String;
  const isError = (value) => value instanceof Error;
  const { assign, defineProperty, freeze, keys } = Object;
  const { now } = native;
  const event = parse(given);

  const show = (value) => {
    if (typeof value === 'string') return value;
    if (isError(value)) return string(value.stack ? `${value}\n${value.stack}` : value);
    if (typeof value === 'function') return `[Function: ${value.name || 'anonymous'}]`;
    if (typeof value === 'object' && value !== null) {
      try {
        return stringify(value) ?? string(value);
      } catch {
        return '[object that has no JSON form]';
      }
    }
    return typeof value === 'bigint' ? `${value}n` : string(value);
  };
  const console = {};
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    console[level] = (...values) => {
      let line = '';
      for (let n = 0; n < values.length; n += 1) line += (n ? ' ' : '') + show(values[n]);
      native.print(level, line);
    };
  }
  console.trace = console.debug;
  // Their further arguments say how it is to look.
  const { log } = console;
  console.dir = console.table = (value) => log(value);

  // A call goes out as its name and the JSON text of its arguments; what comes back is a complaint, or nothing.
  const call = (name, given) => {
    let count = given.length;
    while (count > 0 && given[count - 1] === undefined) count -= 1;
    given.length = count;
    const complaint = native.call(name, stringify(given));
    if (complaint) throw new TypeError(complaint);
  };

  const api = {};
  // Those that return the api, to be called in a chain; those that return nothing; those that are not here.
  const chained = {
    access: ['deny'],
    accessToken: ['setCustomClaim', 'addScope', 'removeScope'],
    authentication: ['recordMethod'],
    idToken: ['setCustomClaim'],
    multifactor: ['enable'],
    user: ['setAppMetadata', 'setUserMetadata'],
  };
  const plain = { authentication: ['challengeWith', 'challengeWithAny', 'enrollWith', 'enrollWithAny'], transaction: [] };
  const absent = {
    authentication: ['setPrimaryUser'],
    groups: ['getUserGroups', 'hasGroupMembership'],
    prompt: ['render'],
    redirect: ['encodeToken', 'sendUserTo', 'validateToken'],
    refreshToken: ['revoke', 'setExpiresAt', 'setIdleExpiresAt', 'setMetadata', 'deleteMetadata', 'evictMetadata'],
    roles: ['getUserEffectiveRoles', 'getUserEffectiveRolesByIds', 'getUserEffectiveRolesByNames'],
    samlResponse: [
      'setAttribute', 'setAudience', 'setRecipient', 'setCreateUpnClaim', 'setPassthroughClaimsWithNoMapping',
      'setMapUnknownClaimsAsIs', 'setMapIdentities', 'setSignatureAlgorithm', 'setDigestAlgorithm', 'setDestination',
      'setLifetimeInSeconds', 'setSignResponse', 'setNameIdentifierFormat', 'setNameIdentifierProbes',
      'setAuthnContextClassRef', 'setSigningCert', 'setIncludeAttributeNameFormat', 'setTypedAttributes', 'setEncryptionCert',
      'setEncryptionPublicKey', 'setCert', 'setKey', 'setRelayState', 'setIssuer', 'setEncryptionAlgorithm',
    ],
    session: ['revoke', 'setExpiresAt', 'setIdleExpiresAt', 'setCookieMode', 'setMetadata', 'deleteMetadata', 'evictMetadata'],
    validation: ['error'],
  };
  const offer = (table, result) => {
    for (const group of keys(table)) {
      api[group] ??= {};
      for (const name of table[group]) {
        api[group][name] = (...given) => {
          call(`${group}.${name}`, given);
          return result;
        };
      }
    }
  };
  offer(chained, api);
  offer(plain, undefined);
  offer(absent, undefined);
  api.cache = {};
  for (const name of ['get', 'set', 'delete']) {
    api.cache[name] = (...given) => {
      const answer = native.cache(name, stringify(given));
      return answer === undefined ? undefined : parse(answer);
    };
  }
  // What is set can be read at once, in the same script too.
  api.transaction.setMetadata = (...given) => {
    call('transaction.setMetadata', given);
    const [key, value] = given;
    if (value === null || value === undefined) delete event.transaction.metadata[key];
    else event.transaction.metadata[key] = value;
  };
  api.redirect.canRedirect = () => false;
  api.rules = { wasExecuted: (name) => native.ruleRan(string(name)) };
  for (const group of keys(api)) freeze(api[group]);
  freeze(api);

  let timers = [];
  let numbered = 0;
  const later = (repeats) => (act, wait, ...given) => {
    if (typeof act !== 'function') throw new TypeError('a timer needs a function');
    const pause = +wait > 1 ? +wait : 1;
    numbered += 1;
    timers.push({ id: numbered, due: now() + pause, pause, repeats, act, given });
    return numbered;
  };
  const clear = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
  };

  const hidden = (values) => {
    for (const name of keys(values)) {
      defineProperty(globalThis, name, { value: values[name], writable: true, configurable: true });
    }
  };
  // Memory that is shared between threads and not counted has no place here.
  delete globalThis.SharedArrayBuffer;
  delete globalThis.Atomics;
  const module = { exports: {} };
  hidden({
    console, global: globalThis, setTimeout: later(false), setInterval: later(true), clearTimeout: clear,
    clearInterval: clear, require, setImmediate: (act, ...given) => later(false)(act, 0, ...given), clearImmediate: clear,
  });

  // What the script has promised. When there is no memory left even to say so, it is found here that a promise was broken.
  let held;
  const action = async () => {
    const main = module.exports?.onExecutePostLogin;
    if (typeof main !== 'function') {
      const found = keys(module.exports ?? {});
      throw new TypeError(
        'the Action exports no function onExecutePostLogin; write exports.onExecutePostLogin = async (event, api) => { … }' +
          (found.length ? ` (it exports ${found})` : ''),
      );
    }
    held = main(event, api);
    await held;
    native.end('{}');
  };

  class UnauthorizedError extends Error {
    constructor(message) {
      super(message);
      this.name = 'UnauthorizedError';
      this.code = 'unauthorized';
    }
  }
  const { user, context, configuration } = event.rule ?? {};
  // What a Rule changes is one call of its own; the last one counts, as with any patch.
  const update = (name) => async (_user, metadata) => {
    for (const key of keys(metadata ?? {})) call(name, [key, metadata[key]]);
  };
  const rule = async (main) => {
    if (typeof main !== 'function') {
      throw new TypeError('a Rule is one function: function (user, context, callback) { … }');
    }
    await new Promise((resolve, reject) => {
      let answered = false;
      const callback = (refusal, newUser, newContext) => {
        if (answered) return;
        answered = true;
        if (refusal !== undefined && refusal !== null) {
          native.refuse(refusal instanceof UnauthorizedError, string(isError(refusal) ? refusal.message : refusal));
        } else {
          native.end(stringify({ user: newUser ?? user, context: newContext ?? context }));
        }
        resolve();
      };
      // What an async Rule throws is an error like any other; that it returns is not yet an answer.
      held = main(user, context, callback);
      if (held && typeof held.then === 'function') held.then(undefined, reject);
    });
  };
  if (kind === 'rule') {
    const users = {
      updateAppMetadata: update('user.setAppMetadata'),
      updateUserMetadata: update('user.setUserMetadata'),
    };
    hidden({ UnauthorizedError, configuration, auth0: { users } });
  } else {
    hidden({ exports: module.exports, module });
  }

  return {
    held: () => held,
    async start(main) {
      try {
        await (kind === 'rule' ? rule(main) : action());
      } catch (error) {
        native.fail(error);
      }
    },
    // Runs the timer that is due first, or says in how many milliseconds it is; -1 when there is none.
    tick() {
      if (timers.length === 0) return -1;
      let next = timers[0];
      for (const timer of timers) if (timer.due < next.due) next = timer;
      const left = next.due - now();
      if (left > 0) return left;
      if (next.repeats) next.due = now() + next.pause;
      else clear(next.id);
      next.act(...next.given);
      return 0;
    },
  };
})
