// Node's `buffer`: bytes with encodings. Texts become bytes, and bytes texts, behind `native`.
'use strict';
const latin1 = require('internal/latin1');
const NAMES = {
  utf8: 'utf8', 'utf-8': 'utf8', hex: 'hex', base64: 'base64', base64url: 'base64url', latin1: 'latin1', binary: 'latin1',
  ascii: 'ascii', ucs2: 'utf16le', 'ucs-2': 'utf16le', utf16le: 'utf16le', 'utf-16le': 'utf16le',
};
const encodingOf = (name) => {
  const known = NAMES[String(name ?? 'utf8').toLowerCase()];
  if (!known) throw Object.assign(new TypeError(`Unknown encoding: ${name}`), { code: 'ERR_UNKNOWN_ENCODING' });
  return known;
};
const bytesOf = (text, encoding) => native.toBytes(text.toWellFormed(), encodingOf(encoding));
const numberOf = (value, most) => {
  if (typeof value !== 'number') throw new TypeError('The "size" argument must be of type number');
  if (!(value >= 0 && value <= most)) throw new RangeError(`The value of "size" is out of range: ${value}`);
  return value;
};
const MOST = 2 ** 31 - 1;

class Buffer extends Uint8Array {
  static poolSize = 8192;
  static get [Symbol.species]() { return Buffer; }
  static from(value, second, third) {
    if (typeof value === 'string') return wrap(bytesOf(value, second));
    if (value instanceof ArrayBuffer) return new Buffer(value, second, third);
    if (ArrayBuffer.isView(value)) return copyOf(value);
    if (value && typeof value === 'object') {
      if (value.type === 'Buffer' && Array.isArray(value.data)) return copyOf(value.data);
      const plain = value.valueOf?.();
      if (plain !== value && plain != null) return Buffer.from(plain, second, third);
      if (typeof value.length === 'number' || value[Symbol.iterator]) return copyOf(value);
    }
    const type = value === null ? 'null' : typeof value;
    const told = 'The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object.';
    throw Object.assign(new TypeError(`${told} Received ${type}`), { code: 'ERR_INVALID_ARG_TYPE' });
  }
  static of(...values) { return copyOf(values); }
  static alloc(size, fill, encoding) {
    const made = new Buffer(numberOf(size, MOST));
    return fill === undefined || fill === 0 ? made : made.fill(fill, 0, size, encoding);
  }
  static allocUnsafe(size) { return new Buffer(numberOf(size, MOST)); }
  static allocUnsafeSlow(size) { return new Buffer(numberOf(size, MOST)); }
  static isBuffer(value) { return value instanceof Buffer; }
  static isEncoding(name) { return typeof name === 'string' && name.toLowerCase() in NAMES; }
  static byteLength(value, encoding) { return typeof value === 'string' ? bytesOf(value, encoding).length : value.byteLength; }
  static compare(one, other) {
    for (let n = 0; n < one.length && n < other.length; n += 1) if (one[n] !== other[n]) return one[n] < other[n] ? -1 : 1;
    return Math.sign(one.length - other.length);
  }
  static concat(list, length = list.reduce((sum, item) => sum + item.length, 0)) {
    const whole = Buffer.alloc(length);
    let at = 0;
    for (const item of list) {
      if (at >= length) break;
      whole.set(item.length > length - at ? item.subarray(0, length - at) : item, at);
      at += item.length;
    }
    return whole;
  }
  toString(encoding, start = 0, end = this.length) {
    return native.toText(latin1(this.subarray(Math.max(start, 0), end)), encodingOf(encoding));
  }
  toLocaleString(encoding) { return this.toString(encoding); }
  toJSON() { return { type: 'Buffer', data: Array.from(this) }; }
  equals(other) { return Buffer.compare(this, other) === 0; }
  compare(other, start = 0, end = other.length, from = 0, to = this.length) {
    return Buffer.compare(this.subarray(from, to), other.subarray(start, end));
  }
  write(text, offset = 0, length = this.length - offset, encoding = 'utf8') {
    if (typeof offset === 'string') [offset, length, encoding] = [0, this.length, offset];
    else if (typeof length === 'string') [length, encoding] = [this.length - offset, length];
    const bytes = bytesOf(text, encoding).subarray(0, Math.min(length, this.length - offset));
    this.set(bytes, offset);
    return bytes.length;
  }
  copy(target, to = 0, from = 0, end = this.length) {
    const part = Uint8Array.prototype.subarray.call(this, from, Math.min(end, from + target.length - to));
    target.set(part, to);
    return part.length;
  }
  slice(start, end) { return this.subarray(start, end); }
  fill(value, start, end, encoding) {
    if (typeof start === 'string') [start, encoding] = [0, start];
    if (typeof value === 'string') {
      const bytes = bytesOf(value, encoding);
      if (bytes.length === 0) return super.fill(0, start, end);
      const last = Math.min(end ?? this.length, this.length);
      for (let n = start ?? 0, k = 0; n < last; n += 1, k += 1) this[n] = bytes[k % bytes.length];
      return this;
    }
    return super.fill(value, start, end);
  }
  indexOf(value, from = 0, encoding) {
    if (typeof value === 'number') return super.indexOf(value & 255, from);
    if (typeof from === 'string') [from, encoding] = [0, from];
    return latin1(this).indexOf(latin1(typeof value === 'string' ? bytesOf(value, encoding) : value), from < 0 ? this.length + from : from);
  }
  includes(value, from, encoding) { return this.indexOf(value, from, encoding) !== -1; }
  swap16() {
    for (let n = 0; n + 1 < this.length; n += 2) [this[n], this[n + 1]] = [this[n + 1], this[n]];
    return this;
  }
  readUIntBE(offset, length) {
    check(this, offset, length);
    let value = 0;
    for (let n = 0; n < length; n += 1) value = value * 256 + this[offset + n];
    return value;
  }
  readUIntLE(offset, length) {
    check(this, offset, length);
    let value = 0;
    for (let n = length - 1; n >= 0; n -= 1) value = value * 256 + this[offset + n];
    return value;
  }
  writeUIntBE(value, offset, length) {
    check(this, offset, length);
    for (let n = length - 1; n >= 0; n -= 1, value = Math.floor(value / 256)) this[offset + n] = value % 256;
    return offset + length;
  }
  writeUIntLE(value, offset, length) {
    check(this, offset, length);
    for (let n = 0; n < length; n += 1, value = Math.floor(value / 256)) this[offset + n] = value % 256;
    return offset + length;
  }
}
const check = (buffer, offset, length) => {
  if (!Number.isInteger(offset) || offset < 0 || offset + length > buffer.length) {
    const told = `The value of "offset" is out of range. It must be >= 0 and <= ${buffer.length - length}. Received ${offset}`;
    throw Object.assign(new RangeError(told), { code: 'ERR_OUT_OF_RANGE' });
  }
};
// Numbers of a fixed size, in both orders.
const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
const FIXED = [['Int8', 1], ['UInt8', 1], ['Int16', 2], ['UInt16', 2], ['Int32', 4], ['UInt32', 4], ['Float', 4], ['Double', 8], ['BigInt64', 8], ['BigUInt64', 8]];
for (const [name, length] of FIXED) {
  const inView = { Float: 'Float32', Double: 'Float64' }[name] ?? name.replace('UInt', 'Uint');
  for (const order of length === 1 ? [''] : ['LE', 'BE']) {
    const read = function (offset = 0) {
      check(this, offset, length);
      return view(this)[`get${inView}`](offset, order === 'LE');
    };
    const write = function (value, offset = 0) {
      check(this, offset, length);
      view(this)[`set${inView}`](offset, value, order === 'LE');
      return offset + length;
    };
    for (const spelling of new Set([name, name.replace('UInt', 'Uint')])) {
      for (const [verb, act] of [['read', read], ['write', write]]) {
        Object.defineProperty(Buffer.prototype, verb + spelling + order, { value: act, writable: true, configurable: true });
      }
    }
  }
}
const wrap = (bytes) => new Buffer(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const copyOf = (list) => {
  const made = new Buffer(list.length ?? [...list].length);
  made.set(Array.isArray(list) || ArrayBuffer.isView(list) ? list : Array.from(list));
  return made;
};

module.exports = { Buffer, SlowBuffer: Buffer, kMaxLength: MOST, constants: { MAX_LENGTH: MOST }, atob, btoa, INSPECT_MAX_BYTES: 50 };
