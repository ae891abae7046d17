// Node's `util`: https://nodejs.org/api/util.html
'use strict';
const custom = Symbol.for('nodejs.util.inspect.custom');
const promisified = Symbol.for('nodejs.util.promisify.custom');
const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const quoted = (text) => (!text.includes("'") ? `'${escaped(text)}'` : !text.includes('"') ? `"${escaped(text)}"` : `'${escaped(text).replaceAll("'", "\\'")}'`);
const escaped = (text) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');

const inspect = (value, options = {}) => {
  const { depth = 2, breakLength = 80, maxArrayLength = 100 } = options ?? {};
  const seen = [];
  const show = (it, level) => {
    if (typeof it === 'string') return quoted(it);
    if (typeof it === 'bigint') return `${it}n`;
    if (Object.is(it, -0)) return '-0';
    if (typeof it === 'symbol') return it.toString();
    if (typeof it !== 'object' && typeof it !== 'function') return String(it);
    if (it === null) return 'null';
    if (typeof it[custom] === 'function') {
      const own = it[custom](depth === null ? null : depth - level, options, inspect);
      return typeof own === 'string' ? own : show(own, level);
    }
    if (seen.includes(it)) return '[Circular *1]';
    const name = Object.getPrototypeOf(it) === null ? '[Object: null prototype]' : it.constructor?.name || 'Object';
    const keys = Object.keys(it).filter((key) => !(Array.isArray(it) || ArrayBuffer.isView(it)) || !/^\d+$/.test(key));
    let [head, open, close] = [name === 'Object' ? '' : `${name} `, '{', '}'];
    if (typeof it === 'function') head = `[${/^class\b/.test(Function.prototype.toString.call(it)) ? 'class' : name} ${it.name || '(anonymous)'}]`.replace(/^\[(\w+) (?!\()/, (all, kind) => (kind === 'class' ? '[class ' : `[${kind}: `)) + ' ';
    else if (it instanceof Error) head = `${it.stack ? `${it}\n${it.stack}`.trimEnd() : `[${it}]`} `;
    else if (it instanceof Date) head = `${Number.isNaN(it.getTime()) ? 'Invalid Date' : it.toISOString()} `;
    else if (it instanceof RegExp) head = `${it} `;
    else if (Array.isArray(it)) [head, open, close] = [name === 'Array' ? '' : `${name}(${it.length}) `, '[', ']'];
    else if (it instanceof Map || it instanceof Set) head = `${name}(${it.size}) `;
    else if (name === 'Buffer') return `<Buffer ${[...it.subarray(0, 50)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}${it.length > 50 ? ` ... ${it.length - 50} more bytes` : ''}>`;
    else if (ArrayBuffer.isView(it)) [head, open, close] = [`${name}(${it.length}) `, '[', ']'];
    else if (it instanceof Promise) head = 'Promise ';
    else if (tag(it) === 'Arguments') [head, open, close] = ['[Arguments] ', '[', ']'];
    const bare = typeof it === 'function' || it instanceof Error || it instanceof Date || it instanceof RegExp;
    if (bare && !keys.length) return head.trimEnd();
    if (depth !== null && level > depth) return Array.isArray(it) ? '[Array]' : `[${name}]`;
    seen.push(it);
    const parts = [];
    if (Array.isArray(it) || ArrayBuffer.isView(it)) {
      const list = Array.from(it).slice(0, maxArrayLength ?? Infinity);
      parts.push(...list.map((item) => show(item, level + 1)));
      if (it.length > list.length) parts.push(`... ${it.length - list.length} more items`);
    } else if (it instanceof Map) for (const [key, item] of it) parts.push(`${show(key, level + 1)} => ${show(item, level + 1)}`);
    else if (it instanceof Set) for (const item of it) parts.push(show(item, level + 1));
    for (const key of keys) {
      const property = Object.getOwnPropertyDescriptor(it, key);
      const text = property?.get ? (property.set ? '[Getter/Setter]' : '[Getter]') : show(it[key], level + 1);
      parts.push(`${/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)}: ${text}`);
    }
    seen.pop();
    if (!parts.length) return `${head}${open}${close}`;
    const line = `${head}${open} ${parts.join(', ')} ${close}`;
    if (line.length <= breakLength - 4 && !line.includes('\n')) return line;
    const indent = '  '.repeat(level + 1);
    return `${head}${open}\n${parts.map((part) => indent + part).join(',\n')}\n${'  '.repeat(level)}${close}`;
  };
  return show(value, 0);
};
inspect.custom = custom;
inspect.defaultOptions = { depth: 2 };

const formatWithOptions = (options, first, ...rest) => {
  const plain = (it) => (typeof it === 'string' ? it : inspect(it, options));
  if (typeof first !== 'string') return [first, ...rest].map(plain).join(' ');
  const text = first.replace(/%[sdifjoOc%]/g, (sign) => {
    if (sign === '%%') return rest.length ? '%' : sign;
    if (!rest.length) return sign;
    const it = rest.shift();
    switch (sign) {
      case '%s': return typeof it === 'object' && it !== null && !(it instanceof Error) ? inspect(it, { depth: 0 }) : typeof it === 'bigint' ? `${it}n` : String(it);
      case '%d': return typeof it === 'bigint' ? `${it}n` : String(typeof it === 'object' ? NaN : Number(it));
      case '%i': return typeof it === 'bigint' ? `${it}n` : String(parseInt(it, 10));
      case '%f': return String(parseFloat(it));
      case '%j': try { return JSON.stringify(it); } catch { return '[Circular]'; }
      case '%c': return '';
      default: return inspect(it, { ...options, depth: sign === '%o' ? 4 : 2 });
    }
  });
  return [text, ...rest.map(plain)].join(' ');
};
const promisify = (original) => {
  if (typeof original !== 'function') throw Object.assign(new TypeError('The "original" argument must be of type function'), { code: 'ERR_INVALID_ARG_TYPE' });
  return original[promisified] ?? function (...given) {
    return new Promise((resolve, reject) => original.call(this, ...given, (error, value) => (error ? reject(error) : resolve(value))));
  };
};
promisify.custom = promisified;
const callbackify = (original) => function (...given) {
  const callback = given.pop();
  original.apply(this, given).then((value) => queueMicrotask(() => callback(null, value)), (error) => queueMicrotask(() => callback(error ?? new Error('rejected'))));
};
const inherits = (Child, Parent) => {
  Object.defineProperty(Child, 'super_', { value: Parent, writable: true, configurable: true });
  Object.setPrototypeOf(Child.prototype, Parent.prototype);
};
const isDeepStrictEqual = (one, other) => {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (tag(one) !== tag(other) || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  if (one instanceof Date) return one.getTime() === other.getTime();
  if (one instanceof RegExp) return String(one) === String(other);
  if (one instanceof Map || one instanceof Set) return one.size === other.size && isDeepStrictEqual([...one], [...other]);
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && isDeepStrictEqual(one[key], other[key]));
};
const is = (name) => (value) => tag(value) === name;
const types = {
  isDate: is('Date'), isRegExp: is('RegExp'), isPromise: (value) => value instanceof Promise, isMap: is('Map'), isSet: is('Set'),
  isNativeError: (value) => value instanceof Error, isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isUint8Array: (value) => value instanceof Uint8Array, isArrayBuffer: (value) => value instanceof ArrayBuffer, isAnyArrayBuffer: (value) => value instanceof ArrayBuffer,
  isArrayBufferView: ArrayBuffer.isView, isProxy: () => false, isAsyncFunction: is('AsyncFunction'), isGeneratorFunction: is('GeneratorFunction'),
  isSymbolObject: (value) => typeof value === 'object' && tag(value) === 'Symbol', isBoxedPrimitive: (value) => value instanceof Number || value instanceof String || value instanceof Boolean,
  isKeyObject: (value) => value instanceof require('crypto').KeyObject, isCryptoKey: (value) => value instanceof require('crypto').CryptoKey,
};
module.exports = {
  inspect, format: (...given) => formatWithOptions({}, ...given), formatWithOptions, promisify, callbackify, inherits, isDeepStrictEqual, types,
  deprecate: (act) => act, debuglog: () => Object.assign(() => {}, { enabled: false }), debug: () => Object.assign(() => {}, { enabled: false }),
  stripVTControlCharacters: (text) => text.replace(/\u001b\[[0-9;]*m/g, ''), toUSVString: (text) => String(text).toWellFormed(),
  isArray: Array.isArray, isBoolean: (it) => typeof it === 'boolean', isNull: (it) => it === null, isUndefined: (it) => it === undefined,
  isNullOrUndefined: (it) => it == null, isNumber: (it) => typeof it === 'number', isString: (it) => typeof it === 'string',
  isSymbol: (it) => typeof it === 'symbol', isRegExp: types.isRegExp, isObject: (it) => it !== null && typeof it === 'object', isDate: types.isDate,
  isError: types.isNativeError, isFunction: (it) => typeof it === 'function', isPrimitive: (it) => it === null || !['object', 'function'].includes(typeof it),
  isBuffer: (it) => require('buffer').Buffer.isBuffer(it), _extend: (target, source) => Object.assign(target, source),
  ...require('internal/encoding'),
};
