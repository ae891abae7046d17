// Node's small modules, each a function that makes it.
'use strict';
const assertion = (message, fallback) => (message instanceof Error ? message : Object.assign(new Error(message ?? fallback), { name: 'AssertionError', code: 'ERR_ASSERTION' }));
const normalized = (path) => {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length && parts.at(-1) !== '..') parts.pop();
    else if (part && part !== '.' && !(part === '..' && path.startsWith('/'))) parts.push(part);
  }
  return ((path.startsWith('/') ? '/' : '') + parts.join('/') + (path.endsWith('/') && parts.length ? '/' : '')) || '.';
};
module.exports = {
  assert: () => {
    const { isDeepStrictEqual, inspect } = require('util');
    const ok = (value, message) => { if (!value) throw assertion(message, 'The expression evaluated to a falsy value'); };
    const equal = (is) => (one, other, message) => ok(is(one, other), message ?? `Expected values to be equal: ${inspect(one)} and ${inspect(other)}`);
    const not = (is) => (one, other, message) => ok(!is(one, other), message ?? `Expected values to be different: ${inspect(one)}`);
    const assert = Object.assign((value, message) => ok(value, message), {
      ok, equal: equal((a, b) => a == b), notEqual: not((a, b) => a == b), strictEqual: equal(Object.is), notStrictEqual: not(Object.is),
      deepEqual: equal(isDeepStrictEqual), deepStrictEqual: equal(isDeepStrictEqual), notDeepStrictEqual: not(isDeepStrictEqual),
      fail: (message) => ok(false, message ?? 'Failed'),
      throws: (act, message) => { try { act(); } catch { return; } ok(false, typeof message === 'string' ? message : 'Missing expected exception.'); },
    });
    return Object.assign(assert, { strict: assert });
  },
  path: () => {
    const basename = (path, ending = '') => {
      const name = path.replace(/\/+$/, '').split('/').pop();
      return ending && name.endsWith(ending) && name !== ending ? name.slice(0, -ending.length) : name;
    };
    const extname = (path) => /(?!^)\.[^.]*$/.exec(basename(path))?.[0] ?? '';
    const dirname = (path) => path.replace(/\/+$/, '').replace(/\/?[^/]*$/, '') || (path.startsWith('/') ? '/' : '.');
    const join = (...parts) => normalized(parts.filter(Boolean).join('/') || '.');
    const resolve = (...parts) => parts.reduce((whole, part) => (part.startsWith('/') ? normalized(part) : join(whole, part)), '/');
    const path = { basename, extname, dirname, join, resolve, normalize: normalized, isAbsolute: (it) => it.startsWith('/'), sep: '/', delimiter: ':' };
    return Object.assign(path, { posix: path });
  },
  string_decoder: () => {
    class StringDecoder {
      #decoder; #encoding;
      constructor(encoding = 'utf8') {
        this.#encoding = encoding;
        if (/^utf-?8$/i.test(encoding)) this.#decoder = new (require('internal/encoding').TextDecoder)('utf-8', { ignoreBOM: true });
      }
      write(bytes) { return this.#decoder ? this.#decoder.decode(bytes, { stream: true }) : require('buffer').Buffer.from(bytes).toString(this.#encoding); }
      end(bytes = new Uint8Array()) { return this.#decoder ? this.#decoder.decode(bytes) : this.write(bytes); }
    }
    return { StringDecoder };
  },
  timers: () => ({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate }),
  'timers/promises': () => ({
    setTimeout: (wait, value) => new Promise((resolve) => setTimeout(resolve, wait, value)),
    setImmediate: (value) => new Promise((resolve) => setImmediate(resolve, value)),
  }),
  tty: () => ({ isatty: () => false }),
  os: () => ({ EOL: '\n', platform: () => 'linux', type: () => 'Linux', release: () => '', arch: () => 'x64', hostname: () => 'localhost', tmpdir: () => '/tmp', cpus: () => [], totalmem: () => 0, freemem: () => 0 }),
  process: () => ({
    // Nothing of the tenant's own process.
    env: {}, argv: [], execArgv: [], version: 'v22.0.0', versions: { node: '22.0.0' }, platform: 'linux', arch: 'x64', pid: 1, title: 'node', release: { name: 'node' },
    cwd: () => '/', nextTick: (act, ...given) => queueMicrotask(() => act(...given)), uptime: () => native.now() / 1000, emitWarning: (told) => console.warn(told),
    on: () => {}, once: () => {}, off: () => {}, emit: () => false, memoryUsage: () => ({ heapUsed: 0, heapTotal: 0, rss: 0 }), umask: () => 0,
    hrtime: Object.assign(([seconds, rest] = [0, 0]) => {
      const now = native.now() / 1000 - seconds - rest / 1e9;
      return [Math.floor(now), Math.floor((now % 1) * 1e9)];
    }, { bigint: () => BigInt(Math.floor(native.now() * 1e6)) }),
    stdout: { isTTY: false, fd: 1, write: (text) => (console.log(String(text).replace(/\n$/, '')), true) },
    stderr: { isTTY: false, fd: 2, write: (text) => (console.error(String(text).replace(/\n$/, '')), true) },
  }),
};
