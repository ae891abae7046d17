// TextEncoder and TextDecoder (https://encoding.spec.whatwg.org/).
'use strict';
const latin1 = require('internal/latin1');
class TextEncoder {
  get encoding() { return 'utf-8'; }
  encode(text = '') { return native.toBytes(String(text).toWellFormed(), 'utf8'); }
  encodeInto(text, target) {
    let read = 0, written = 0;
    for (const letter of String(text)) {
      const bytes = this.encode(letter);
      if (written + bytes.length > target.length) break;
      target.set(bytes, written);
      read += letter.length;
      written += bytes.length;
    }
    return { read, written };
  }
}
const LABELS = {
  'utf-8': 'utf-8', utf8: 'utf-8', 'unicode-1-1-utf-8': 'utf-8', 'utf-16le': 'utf-16le', 'utf-16': 'utf-16le',
  latin1: 'windows-1252', ascii: 'windows-1252', 'us-ascii': 'windows-1252', 'iso-8859-1': 'windows-1252', 'windows-1252': 'windows-1252',
};
class TextDecoder {
  #kept = [];
  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    this.encoding = LABELS[String(label).trim().toLowerCase()];
    if (!this.encoding) throw new RangeError(`The "${label}" encoding is not supported`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }
  decode(input = new Uint8Array(), { stream = false } = {}) {
    let bytes = ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
    if (this.encoding !== 'utf-8') return native.toText(latin1(bytes), this.encoding === 'utf-16le' ? 'utf16le' : 'latin1');
    bytes = Uint8Array.from([...this.#kept, ...bytes]);
    this.#kept = [];
    if (stream) {
      // The last character may not be whole yet.
      let from = bytes.length - 1;
      while (from >= 0 && from > bytes.length - 4 && (bytes[from] & 0xc0) === 0x80) from -= 1;
      const first = bytes[from] ?? 0;
      const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
      if (from >= 0 && from + length > bytes.length) {
        this.#kept = Array.from(bytes.subarray(from));
        bytes = bytes.subarray(0, from);
      }
    }
    const text = native.toText(latin1(bytes), this.fatal ? 'utf8-fatal' : 'utf8');
    if (text === undefined) throw Object.assign(new TypeError('The encoded data was not valid for encoding utf-8'), { code: 'ERR_ENCODING_INVALID_ENCODED_DATA' });
    return this.ignoreBOM || text.charCodeAt(0) !== 0xfeff ? text : text.slice(1);
  }
}
module.exports = { TextEncoder, TextDecoder };
