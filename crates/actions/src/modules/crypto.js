// Node's `crypto`, as far as hashes and random numbers go. The host computes.
'use strict';
const { Buffer } = require('buffer');
const latin1 = require('internal/latin1');
const own = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const bytesOf = (data, encoding) => {
  if (data instanceof KeyObject) return data.export();
  if (typeof data === 'string') return Buffer.from(data, encoding);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  const type = data === null ? 'null' : typeof data;
  const told = `The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${type}`;
  throw Object.assign(new TypeError(told), { code: 'ERR_INVALID_ARG_TYPE' });
};
const HASHES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
const hashOf = (name) => {
  const known = String(name).toLowerCase().replace(/^(rsa-)?sha-?(?=\d)/, 'sha');
  if (!HASHES.includes(known)) throw Object.assign(new Error('Digest method not supported'), { code: 'ERR_CRYPTO_INVALID_DIGEST' });
  return known;
};
class KeyObject {
  #bytes;
  constructor(type, bytes) {
    if (type !== 'secret') throw new TypeError('scripts have no keys here but secret ones: HMAC');
    this.type = type;
    this.#bytes = bytes;
  }
  get symmetricKeySize() { return this.#bytes.length; }
  export(options) {
    return options?.format === 'jwk' ? { kty: 'oct', k: this.#bytes.toString('base64url') } : Buffer.from(this.#bytes);
  }
  equals(other) { return other instanceof KeyObject && this.#bytes.equals(other.export()); }
}
class Digest {
  #parts = [];
  #finish;
  #done = false;
  constructor(finish) { this.#finish = finish; }
  update(data, encoding) {
    if (this.#done) throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
    // A copy: what was given may change before the end.
    this.#parts.push(Buffer.from(bytesOf(data, encoding)));
    return this;
  }
  digest(encoding) {
    if (this.#done) throw Object.assign(new Error('Digest already called'), { code: 'ERR_CRYPTO_HASH_FINALIZED' });
    this.#done = true;
    const result = own(this.#finish(latin1(Buffer.concat(this.#parts))));
    this.#parts = [];
    return encoding && encoding !== 'buffer' ? result.toString(encoding) : result;
  }
  write(data, encoding) { return this.update(data, encoding), true; }
  end(data, encoding) { if (data !== undefined) this.update(data, encoding); }
  read() { return this.digest(); }
  copy() {
    const copy = new Digest(this.#finish);
    copy.#parts = [...this.#parts];
    return copy;
  }
}
const createHash = (name) => {
  const hash = hashOf(name);
  return new Digest((text) => native.hash(hash, text));
};
const createHmac = (name, key) => {
  const [hash, secret] = [hashOf(name), latin1(bytesOf(key))];
  return new Digest((text) => native.hmac(hash, secret, text));
};
const hash = (name, data, encoding = 'hex') => createHash(name).update(data).digest(encoding);
const hmacOf = (name, key, data) => createHmac(name, key).update(data).digest();
const randomBytes = (size, callback) => {
  if (!(Number.isInteger(size) && size >= 0 && size <= 65536)) throw new RangeError('scripts get 65536 random bytes at most in one call');
  const bytes = own(native.random(size));
  if (!callback) return bytes;
  queueMicrotask(() => callback(null, bytes));
};
const fill = (target) => {
  const view = ArrayBuffer.isView(target) ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength) : new Uint8Array(target);
  for (let at = 0; at < view.length; at += 65536) view.set(randomBytes(Math.min(65536, view.length - at)), at);
  return target;
};
const randomFillSync = (target, offset = 0, size = target.length - offset) => (fill(Buffer.from(target.buffer ?? target, (target.byteOffset ?? 0) + offset, size)), target);
const randomUUID = () => {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
const randomInt = (min, max, callback) => {
  if (max === undefined || typeof max === 'function') [min, max, callback] = [0, min, max];
  const range = max - min;
  if (!(Number.isSafeInteger(min) && Number.isSafeInteger(max) && range > 0 && range < 2 ** 48)) throw new RangeError('The value of "max" is out of range');
  const most = 2 ** 48 - (2 ** 48 % range);
  let value = most;
  while (value >= most) value = randomBytes(6).readUIntBE(0, 6);
  if (!callback) return min + (value % range);
  queueMicrotask(() => callback(null, min + (value % range)));
};
const timingSafeEqual = (one, other) => {
  const [a, b] = [bytesOf(one), bytesOf(other)];
  if (a.length !== b.length) throw Object.assign(new RangeError('Input buffers must have the same byte length'), { code: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH' });
  let difference = 0;
  for (let n = 0; n < a.length; n += 1) difference |= a[n] ^ b[n];
  return difference === 0;
};
const hkdfSync = (name, key, salt, info, length) => {
  const size = hash(name, '', 'buffer').length;
  if (length > 255 * size) throw Object.assign(new RangeError('Invalid key length'), { code: 'ERR_CRYPTO_INVALID_KEYLEN' });
  const extracted = hmacOf(name, bytesOf(salt), bytesOf(key));
  let [block, whole] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (let n = 1; whole.length < length; n += 1) {
    block = hmacOf(name, extracted, Buffer.concat([block, bytesOf(info), Buffer.from([n])]));
    whole = Buffer.concat([whole, block]);
  }
  return new Uint8Array(whole.subarray(0, length)).buffer;
};
const hkdf = (name, key, salt, info, length, callback) => {
  const made = hkdfSync(name, key, salt, info, length);
  queueMicrotask(() => callback(null, made));
};

// SubtleCrypto: digests and HMAC.
class CryptoKey {
  #bytes;
  constructor(bytes, algorithm, extractable, usages) {
    this.#bytes = bytes;
    Object.assign(this, { type: 'secret', algorithm, extractable, usages });
  }
  static bytes(key) { return key.#bytes; }
}
const unsupported = (what) => Object.assign(new Error(`${what} is not supported here: scripts have digests and HMAC`), { name: 'NotSupportedError' });
const algorithmName = (algorithm) => (typeof algorithm === 'string' ? algorithm : algorithm?.name ?? '').toUpperCase();
const hashName = (hash) => hashOf(algorithmName(hash));
const subtle = {
  async digest(algorithm, data) { return new Uint8Array(createHash(hashName(algorithm)).update(bytesOf(data)).digest()).buffer; },
  async importKey(format, data, algorithm, extractable, usages) {
    if (algorithmName(algorithm) !== 'HMAC' || (format !== 'raw' && format !== 'jwk')) throw unsupported(`A key for ${algorithmName(algorithm)} as ${format}`);
    const bytes = format === 'raw' ? Buffer.from(bytesOf(data)) : Buffer.from(data.k, 'base64url');
    return new CryptoKey(bytes, { name: 'HMAC', hash: { name: algorithmName(algorithm.hash) }, length: 8 * bytes.length }, extractable, usages);
  },
  async exportKey(format, key) {
    if (!key.extractable) throw Object.assign(new Error('key is not extractable'), { name: 'InvalidAccessError' });
    const bytes = CryptoKey.bytes(key);
    return format === 'jwk' ? { kty: 'oct', k: bytes.toString('base64url'), ext: true, key_ops: key.usages } : new Uint8Array(bytes).buffer;
  },
  async sign(algorithm, key, data) {
    if (algorithmName(algorithm) !== 'HMAC') throw unsupported(`A signature by ${algorithmName(algorithm)}`);
    return new Uint8Array(hmacOf(hashName(key.algorithm.hash), CryptoKey.bytes(key), bytesOf(data))).buffer;
  },
  async verify(algorithm, key, signature, data) {
    const made = Buffer.from(await subtle.sign(algorithm, key, data));
    return made.length === signature.byteLength && timingSafeEqual(made, signature);
  },
};
for (const name of ['encrypt', 'decrypt', 'generateKey', 'deriveBits', 'deriveKey', 'wrapKey', 'unwrapKey']) {
  subtle[name] = async () => { throw unsupported(`crypto.subtle.${name}`); };
}
const webcrypto = {
  subtle, randomUUID,
  getRandomValues(target) {
    if (target.byteLength > 65536) throw Object.assign(new Error(`The requested length exceeds 65,536 bytes`), { name: 'QuotaExceededError', code: 22 });
    return fill(target);
  },
};
const crypto = {
  createHash, createHmac, hash, getHashes: () => [...HASHES], randomBytes, pseudoRandomBytes: randomBytes, randomFillSync, randomUUID, randomInt,
  randomFill: (target, ...more) => queueMicrotask(() => more.pop()(null, randomFillSync(target, ...more))),
  timingSafeEqual, hkdf, hkdfSync, KeyObject, createSecretKey: (key, encoding) => new KeyObject('secret', Buffer.from(bytesOf(key, encoding))),
  webcrypto, subtle, getRandomValues: webcrypto.getRandomValues, CryptoKey, getCiphers: () => [], getCurves: () => [], constants: {},
};
const ABSENT = [
  'sign', 'verify', 'createSign', 'createVerify', 'createPrivateKey', 'createPublicKey', 'generateKeyPair', 'generateKeyPairSync', 'generateKey',
  'publicEncrypt', 'publicDecrypt', 'privateEncrypt', 'privateDecrypt', 'createCipheriv', 'createDecipheriv', 'createDiffieHellman', 'createECDH',
  'diffieHellman', 'scrypt', 'scryptSync', 'pbkdf2', 'pbkdf2Sync',
];
for (const name of ABSENT) {
  crypto[name] = function () { throw new Error(`crypto.${name} is not supported here: scripts have hashes, HMAC, HKDF, UUIDs and random bytes`); };
}
module.exports = crypto;
