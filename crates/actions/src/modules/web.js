// `fetch` and what belongs to it (https://fetch.spec.whatwg.org/), as far as scripts use it. The host sends, and decides to whom.
'use strict';
const { URL, URLSearchParams } = require('url');
const { TextDecoder } = require('internal/encoding');
const { Buffer } = require('buffer');
const latin1 = require('internal/latin1');

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
class Headers {
  #list = new Map();
  constructor(init) {
    if (init === undefined || init === null) return;
    const pairs = typeof init[Symbol.iterator] === 'function' ? init : Object.entries(init);
    for (const [name, value] of pairs) this.append(name, value);
  }
  static #name(name) {
    if (!TOKEN.test(name)) throw new TypeError(`Headers: "${name}" is an invalid header name.`);
    return String(name).toLowerCase();
  }
  static #value(value) {
    const text = String(value).trim();
    if (/[\0\r\n]/.test(text)) throw new TypeError('Headers: the value of a header has a line break.');
    return text;
  }
  append(name, value) {
    const key = Headers.#name(name);
    this.#list.set(key, this.#list.has(key) ? `${this.#list.get(key)}, ${Headers.#value(value)}` : Headers.#value(value));
  }
  set(name, value) { this.#list.set(Headers.#name(name), Headers.#value(value)); }
  get(name) { return this.#list.get(Headers.#name(name)) ?? null; }
  has(name) { return this.#list.has(Headers.#name(name)); }
  delete(name) { this.#list.delete(Headers.#name(name)); }
  getSetCookie() { return this.has('set-cookie') ? [this.get('set-cookie')] : []; }
  forEach(act, self) { for (const [name, value] of this) act.call(self, value, name, this); }
  *entries() { yield* [...this.#list].sort(([a], [b]) => (a < b ? -1 : 1)); }
  *keys() { for (const [name] of this.entries()) yield name; }
  *values() { for (const [, value] of this.entries()) yield value; }
  [Symbol.iterator]() { return this.entries(); }
  raw() { return Object.fromEntries([...this].map(([name, value]) => [name, [value]])); }
}

class Blob {
  #bytes;
  constructor(parts = [], { type = '' } = {}) {
    this.#bytes = Buffer.concat(parts.map((part) => (part instanceof Blob ? Blob.bytes(part) : Buffer.from(typeof part === 'string' || ArrayBuffer.isView(part) || part instanceof ArrayBuffer ? part : String(part)))));
    this.type = String(type).toLowerCase();
  }
  static bytes(blob) { return blob.#bytes; }
  get size() { return this.#bytes.length; }
  async text() { return this.#bytes.toString(); }
  async arrayBuffer() { return new Uint8Array(this.#bytes).buffer; }
  async bytes() { return new Uint8Array(this.#bytes); }
  slice(start, end, type) { return new Blob([this.#bytes.subarray(start, end)], { type }); }
}
class File extends Blob {
  constructor(parts, name, options) {
    super(parts, options);
    this.name = String(name);
  }
}
class FormData {
  #entries = [];
  append(name, value, filename) { this.#entries.push([String(name), value instanceof Blob ? Object.assign(value, { name: filename ?? value.name ?? 'blob' }) : String(value)]); }
  set(name, value, filename) {
    this.delete(name);
    this.append(name, value, filename);
  }
  get(name) { return this.#entries.find(([key]) => key === name)?.[1] ?? null; }
  getAll(name) { return this.#entries.filter(([key]) => key === name).map(([, value]) => value); }
  has(name) { return this.#entries.some(([key]) => key === name); }
  delete(name) { this.#entries = this.#entries.filter(([key]) => key !== name); }
  forEach(act, self) { for (const [name, value] of this.#entries) act.call(self, value, name, this); }
  *entries() { yield* this.#entries; }
  *keys() { for (const [name] of this.#entries) yield name; }
  *values() { for (const [, value] of this.#entries) yield value; }
  [Symbol.iterator]() { return this.entries(); }
}
const multipart = (form) => {
  const boundary = `----form-${require('crypto').randomUUID()}`;
  const quote = (text) => text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
  const parts = [...form].flatMap(([name, value]) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"`;
    if (typeof value === 'string') return [Buffer.from(`${head}\r\n\r\n${value}\r\n`)];
    return [Buffer.from(`${head}; filename="${quote(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`), Blob.bytes(value), Buffer.from('\r\n')];
  });
  return [Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]), `multipart/form-data; boundary=${boundary}`];
};
// What a body is as bytes, and the type that it has by itself.
const bodyOf = (body) => {
  if (body === undefined || body === null) return [null, null];
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain;charset=UTF-8'];
  if (body instanceof URLSearchParams) return [Buffer.from(body.toString()), 'application/x-www-form-urlencoded;charset=UTF-8'];
  if (body instanceof FormData) return multipart(body);
  if (body instanceof Blob) return [Blob.bytes(body), body.type || null];
  if (ArrayBuffer.isView(body)) return [Buffer.from(new Uint8Array(body.buffer, body.byteOffset, body.byteLength)), null];
  if (body instanceof ArrayBuffer) return [Buffer.from(body), null];
  return [Buffer.from(String(body)), 'text/plain;charset=UTF-8'];
};
class Body {
  #bytes; #used = false;
  static fill(it, bytes) { it.#bytes = bytes; }
  static peek(it) { return it.#bytes; }
  #take() {
    if (this.#used) throw new TypeError('Body is unusable: Body has already been read');
    this.#used = this.#bytes !== null;
    return this.#bytes ?? Buffer.alloc(0);
  }
  get bodyUsed() { return this.#used; }
  get body() { return null; }
  async text() { return new TextDecoder().decode(this.#take()); }
  async json() { return JSON.parse(new TextDecoder().decode(this.#take())); }
  async arrayBuffer() { return new Uint8Array(this.#take()).buffer; }
  async bytes() { return new Uint8Array(this.#take()); }
  async buffer() { return this.#take(); }
  async blob() { return new Blob([this.#take()], { type: this.headers.get('content-type') ?? '' }); }
  async formData() {
    const form = new FormData();
    for (const [name, value] of new URLSearchParams(await this.text())) form.append(name, value);
    return form;
  }
}
class Request extends Body {
  constructor(input, init = {}) {
    super();
    const before = input instanceof Request ? input : undefined;
    const url = new URL(before ? before.url : input);
    if (url.username || url.password) throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${url.origin}`);
    this.url = url.href;
    this.method = String(init.method ?? before?.method ?? 'GET').replace(/^(get|head|post|put|delete|options|patch)$/i, (name) => name.toUpperCase());
    this.headers = new Headers(init.headers ?? before?.headers);
    this.redirect = init.redirect ?? before?.redirect ?? 'follow';
    this.signal = init.signal ?? before?.signal ?? new AbortSignal();
    const [bytes, type] = init.body === undefined && before ? [Body.peek(before), null] : bodyOf(init.body);
    if (bytes && (this.method === 'GET' || this.method === 'HEAD')) throw new TypeError('Request with GET/HEAD method cannot have body.');
    Body.fill(this, bytes);
    if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
  }
  clone() { return new Request(this); }
}
class Response extends Body {
  constructor(body = null, { status = 200, statusText = '', headers } = {}) {
    super();
    const [bytes, type] = bodyOf(body);
    Body.fill(this, bytes);
    Object.assign(this, { status, statusText, headers: new Headers(headers), url: '', redirected: false, type: 'default' });
    if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
  }
  get ok() { return this.status >= 200 && this.status < 300; }
  clone() {
    const copy = new Response(null, this);
    Body.fill(copy, Body.peek(this));
    return Object.assign(copy, { url: this.url, redirected: this.redirected, type: this.type });
  }
  static json(value, init = {}) { return new Response(JSON.stringify(value), { ...init, headers: { 'content-type': 'application/json', ...init.headers } }); }
  static error() { return Object.assign(new Response(), { status: 0, type: 'error' }); }
}

class Event {
  constructor(type, init = {}) { Object.assign(this, { type, ...init, defaultPrevented: false }); }
  preventDefault() { this.defaultPrevented = true; }
}
class EventTarget {
  #listeners = new Map();
  addEventListener(type, act, options) { this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), { act, once: options?.once }]); }
  removeEventListener(type, act) { this.#listeners.set(type, (this.#listeners.get(type) ?? []).filter((it) => it.act !== act)); }
  dispatchEvent(event) {
    event.target = this;
    for (const it of this.#listeners.get(event.type) ?? []) {
      if (it.once) this.removeEventListener(event.type, it.act);
      if (typeof it.act === 'function') it.act.call(this, event);
      else it.act.handleEvent(event);
    }
    this[`on${event.type}`]?.(event);
    return !event.defaultPrevented;
  }
}
const abortError = (name = 'AbortError', message = 'This operation was aborted') => Object.assign(new Error(message), { name, code: name === 'AbortError' ? 20 : 23 });
class AbortSignal extends EventTarget {
  aborted = false; reason = undefined; onabort = null;
  static give(signal, reason = abortError()) {
    if (signal.aborted) return;
    Object.assign(signal, { aborted: true, reason });
    signal.dispatchEvent(new Event('abort'));
  }
  static abort(reason) {
    const signal = new AbortSignal();
    AbortSignal.give(signal, reason);
    return signal;
  }
  static timeout(wait) {
    const signal = new AbortSignal();
    setTimeout(() => AbortSignal.give(signal, abortError('TimeoutError', 'The operation was aborted due to timeout')), wait);
    return signal;
  }
  static any(signals) {
    const signal = new AbortSignal();
    for (const one of signals) {
      if (one.aborted) AbortSignal.give(signal, one.reason);
      else one.addEventListener('abort', () => AbortSignal.give(signal, one.reason));
    }
    return signal;
  }
  throwIfAborted() { if (this.aborted) throw this.reason; }
}
class AbortController {
  signal = new AbortSignal();
  abort(reason) { AbortSignal.give(this.signal, reason); }
}

const fetch = (input, init) => new Promise((resolve, reject) => {
  const request = new Request(input, init);
  const { url, method, headers, redirect, signal } = request;
  if (signal.aborted) throw signal.reason;
  const body = Body.peek(request);
  const sent = { url: url.replace(/#.*$/s, ''), method, headers: [...headers], redirect, body: body && latin1(body) };
  // Made here: its place is the call.
  const failure = new TypeError('fetch failed');
  const failed = (told) => {
    const cause = Object.assign(new Error(told), { code: /not allowed/.test(told) ? 'EACCES' : /time/.test(told) ? 'ETIMEDOUT' : 'ECONNREFUSED' });
    reject(Object.assign(failure, { message: `fetch failed: ${told}`, cause }));
  };
  native.fetch(sent, (told, answer, bytes) => {
    if (signal.aborted) return;
    if (told !== undefined) return failed(told);
    const { status, statusText, headers: given, url: from } = JSON.parse(answer);
    const response = new Response(null, { status, statusText, headers: given });
    Body.fill(response, Buffer.from(bytes.buffer));
    resolve(Object.assign(response, { url: from, redirected: from !== sent.url, type: 'basic' }));
  });
  signal.addEventListener('abort', () => reject(signal.reason));
});
module.exports = { fetch, Headers, Request, Response, FormData, Blob, File, AbortController, AbortSignal, Event, EventTarget };
