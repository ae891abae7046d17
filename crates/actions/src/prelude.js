// The objects that a script sees. It runs first, in the script's own runtime, and keeps for itself what the script could
// change under its hands. Everything that counts is decided behind `native`, which trusts nothing from here.
(function (native, given, kind) {
  'use strict';
  const { stringify, parse } = JSON;
  const string = String;
  const isError = (value) => value instanceof Error;
  const { assign, defineProperty, freeze, keys } = Object;
  const { now } = native;
  const event = parse(given);
  // A recorded run has the time that it had then, and goes on from there.
  if (native.clock !== undefined) {
    const Real = Date;
    const ahead = native.clock - Real.now();
    const Moved = function (...parts) {
      if (!new.target) return new Moved().toString();
      return Reflect.construct(Real, parts.length ? parts : [Moved.now()], new.target);
    };
    Object.setPrototypeOf(Moved, Real);
    Moved.prototype = Real.prototype;
    Moved.now = () => Real.now() + ahead;
    defineProperty(Real.prototype, 'constructor', { value: Moved, writable: true, configurable: true });
    defineProperty(globalThis, 'Date', { value: Moved, writable: true, configurable: true });
  }

  // What `require` gives: Node's modules, written for this engine, and the packages of the developer's folder.
  const modules = new Map();
  const builtins = new Map();
  const builtin = (name) => {
    if (builtins.has(name)) return builtins.get(name).exports;
    const module = { exports: {} };
    builtins.set(name, module);
    try {
      native.builtin(name)(module, builtin, inner);
    } catch (error) {
      builtins.delete(name);
      throw error;
    }
    return module.exports;
  };
  const requireFrom = (directory) => {
    const require = (name) => {
      const [kind, id] = native.resolve(directory, string(name));
      if (kind === 'builtin') return builtin(id);
      if (modules.has(id)) return modules.get(id).exports;
      const module = { exports: {}, id, filename: id, loaded: false, children: [], paths: [] };
      modules.set(id, module);
      try {
        if (kind === 'json') module.exports = parse(native.source(id));
        else if (kind === 'esm') module.exports = native.importModule(id);
        else {
          const inside = id.slice(0, Math.max(id.lastIndexOf('/'), 0));
          native.compile(native.source(id), id).call(module.exports, module.exports, requireFrom(inside), module, id, inside);
        }
        module.loaded = true;
      } catch (error) {
        modules.delete(id);
        throw error;
      }
      return module.exports;
    };
    require.resolve = (name) => native.resolve(directory, string(name))[1];
    require.cache = {};
    require.main = undefined;
    return require;
  };
  const require = requireFrom('');
  // Requests under way, by their number.
  const waiting = new Map();
  const inner = assign({}, native, {
    fetch(request, act) {
      waiting.set(native.send(stringify(request)), act);
    },
  });

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
      if (typeof values[0] === 'string' && values.length > 1 && /%[sdifjoOc]/.test(values[0])) {
        return native.print(level, builtin('util').format(...values));
      }
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
    redirect: ['sendUserTo'],
    user: ['setAppMetadata', 'setUserMetadata'],
  };
  const plain = { authentication: ['challengeWith', 'challengeWithAny', 'enrollWith', 'enrollWithAny'], transaction: [] };
  const absent = {
    authentication: ['setPrimaryUser'],
    groups: ['getUserGroups', 'hasGroupMembership'],
    prompt: ['render'],
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
  api.redirect.canRedirect = () => native.canRedirect;
  // Of the log-in as it is, whatever the script has made of its event.
  for (const name of ['encodeToken', 'validateToken']) {
    api.redirect[name] = (options) => builtin('internal/redirect')[name](options, parse(given));
  }
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
  // Made when they are first looked at.
  const lazily = (name, make) => {
    const set = (value) => defineProperty(globalThis, name, { value, writable: true, configurable: true });
    defineProperty(globalThis, name, {
      get() {
        const value = make();
        set(value);
        return value;
      },
      set, configurable: true,
    });
  };
  const from = (module, names) => {
    for (const name of names) lazily(name, () => builtin(module)[name]);
  };
  from('url', ['URL', 'URLSearchParams']);
  from('buffer', ['Buffer']);
  from('internal/encoding', ['TextEncoder', 'TextDecoder']);
  from('internal/clone', ['structuredClone']);
  from('internal/web', [
    'fetch', 'Headers', 'Request', 'Response', 'FormData', 'Blob', 'File', 'AbortController', 'AbortSignal', 'Event', 'EventTarget',
  ]);
  lazily('crypto', () => builtin('crypto').webcrypto);
  lazily('CryptoKey', () => builtin('crypto').CryptoKey);
  lazily('process', () => builtin('process'));
  lazily('performance', () => ({ now, timeOrigin: Date.now() - now() }));
  hidden({
    console, global: globalThis, setTimeout: later(false), setInterval: later(true), clearTimeout: clear,
    clearInterval: clear, require, setImmediate: (act, ...given) => later(false)(act, 0, ...given), clearImmediate: clear,
  });

  // What the script has promised. When there is no memory left even to say so, it is found here that a promise was broken.
  let held;
  const action = async () => {
    const main = native.continues ? module.exports?.onContinuePostLogin : module.exports?.onExecutePostLogin;
    // Who has nothing to say about the way back goes on, as at Auth0.
    if (native.continues && main === undefined) return native.end('{}');
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
    const domain = context.request?.hostname ?? '';
    // No Management API answers there, and the token opens nothing.
    const management = { domain, baseUrl: `https://${domain}/api/v2`, accessToken: 'this-tenant-has-no-management-api' };
    hidden({ UnauthorizedError, configuration, auth0: { users, ...management } });
    // What Rules have without `require`.
    const packages = {
      _: 'lodash', async: 'async', bcrypt: 'bcrypt', ip: 'ip', jwt: 'jsonwebtoken', querystring: 'querystring', request: 'request', uuid: 'uuid',
      xmldom: 'xmldom', xpath: 'xpath', xtend: 'xtend',
    };
    for (const name of keys(packages)) {
      try {
        require.resolve(packages[name]);
        lazily(name, () => require(packages[name]));
      } catch {
        // It is not in the folder, and so there is no such name.
      }
    }
  } else {
    hidden({ exports: module.exports, module });
  }

  return {
    held: () => held,
    // A request of this number has been answered, or has failed with this complaint.
    answered(id, complaint, answer, bytes) {
      const act = waiting.get(id);
      waiting.delete(id);
      act?.(complaint, answer, bytes);
    },
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
