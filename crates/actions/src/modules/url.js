// Node's `url`. The host parses and writes addresses as browsers do (https://url.spec.whatwg.org/); what Node had before is here.
'use strict';
const invalid = (input) => Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL', input });

class URLSearchParams {
  #pairs = [];
  #changed;
  constructor(init = '') {
    if (init !== null && typeof init === 'object') {
      if (typeof init[Symbol.iterator] === 'function') {
        for (const pair of init) {
          const [name, value, ...more] = pair;
          if (value === undefined || more.length) throw new TypeError('Each query pair must be an iterable [name, value] tuple');
          this.append(name, value);
        }
      } else for (const name of Object.keys(init)) this.append(name, init[name]);
    } else this.#read(String(init));
  }
  #read(text) { this.#pairs = JSON.parse(native.parseForm(text.replace(/^\?/, '').toWellFormed())); }
  // A URL's own follow its address, and are written into it.
  static of(text, changed) {
    const made = new URLSearchParams(text);
    made.#changed = changed;
    return made;
  }
  static read(params, text) { params.#read(text); }
  #set(pairs) {
    this.#pairs = pairs;
    this.#changed?.(this.toString());
  }
  get size() { return this.#pairs.length; }
  append(name, value) { this.#set([...this.#pairs, [String(name).toWellFormed(), String(value).toWellFormed()]]); }
  delete(name, value) { this.#set(this.#pairs.filter(([key, item]) => key !== `${name}` || (value !== undefined && item !== `${value}`))); }
  get(name) { return this.#pairs.find(([key]) => key === `${name}`)?.[1] ?? null; }
  getAll(name) { return this.#pairs.filter(([key]) => key === `${name}`).map(([, value]) => value); }
  has(name, value) { return this.#pairs.some(([key, item]) => key === `${name}` && (value === undefined || item === `${value}`)); }
  set(name, value) {
    const at = this.#pairs.findIndex(([key]) => key === `${name}`);
    if (at < 0) return this.append(name, value);
    this.#set(this.#pairs.flatMap((pair, n) => (n === at ? [[pair[0], `${value}`]] : pair[0] === `${name}` ? [] : [pair])));
  }
  sort() { this.#set([...this.#pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))); }
  forEach(act, self) { for (const [name, value] of this.#pairs) act.call(self, value, name, this); }
  *entries() { for (const [name, value] of this.#pairs) yield [name, value]; }
  *keys() { for (const [name] of this.#pairs) yield name; }
  *values() { for (const [, value] of this.#pairs) yield value; }
  [Symbol.iterator]() { return this.entries(); }
  get [Symbol.toStringTag]() { return 'URLSearchParams'; }
  toString() { return native.writeForm(JSON.stringify(this.#pairs)); }
}

const PARTS = ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
class URL {
  #parts;
  #params;
  constructor(input, base) {
    const parsed = native.parseUrl(String(input).toWellFormed(), base === undefined ? undefined : String(base).toWellFormed());
    if (parsed === undefined) throw invalid(String(input));
    this.#parts = JSON.parse(parsed);
  }
  static canParse(input, base) { return native.parseUrl(String(input), base === undefined ? undefined : String(base)) !== undefined; }
  static parse(input, base) { return URL.canParse(input, base) ? new URL(input, base) : null; }
  get origin() { return this.#parts.origin; }
  get searchParams() {
    this.#params ??= URLSearchParams.of(this.#parts.search, (text) => URL.#change(this, 'search', text));
    return this.#params;
  }
  static #change(url, part, value) {
    const changed = native.changeUrl(url.#parts.href, part, String(value).toWellFormed());
    if (changed === undefined) {
      if (part === 'href') throw invalid(String(value));
      return;
    }
    url.#parts = JSON.parse(changed);
  }
  static {
    for (const part of PARTS) {
      Object.defineProperty(URL.prototype, part, {
        get() { return this.#parts[part]; },
        set(value) {
          URL.#change(this, part, value);
          if (this.#params && (part === 'search' || part === 'href')) URLSearchParams.read(this.#params, this.#parts.search);
        },
        enumerable: true, configurable: true,
      });
    }
  }
  get [Symbol.toStringTag]() { return 'URL'; }
  toString() { return this.#parts.href; }
  toJSON() { return this.#parts.href; }
}

// What Node had before: https://nodejs.org/api/url.html#legacy-url-api
const SLASHED = /^(https?|ftp|file|wss?|gopher):$/;
class Url {
  protocol = null; slashes = null; auth = null; host = null; port = null; hostname = null; hash = null; search = null; query = null;
  pathname = null; path = null; href = null;
}
const parse = (text, parseQuery = false, slashesDenoteHost = false) => {
  if (text instanceof Url) return text;
  if (typeof text !== 'string') throw Object.assign(new TypeError('The "url" argument must be of type string'), { code: 'ERR_INVALID_ARG_TYPE' });
  const url = new Url();
  let rest = text.trim();
  const cut = (at) => {
    const tail = rest.slice(at);
    rest = rest.slice(0, at);
    return tail;
  };
  const hash = rest.indexOf('#');
  if (hash >= 0) url.hash = cut(hash);
  const query = rest.indexOf('?');
  if (query >= 0) {
    url.search = cut(query).replace(/[\s"'<>`{}|\\^]/g, encodeURIComponent);
    url.query = url.search.slice(1);
  }
  const protocol = /^[a-z][a-z0-9.+-]*:/i.exec(rest)?.[0];
  if (protocol) {
    url.protocol = protocol.toLowerCase();
    rest = rest.slice(protocol.length);
  }
  if (SLASHED.test(url.protocol ?? '')) rest = rest.replace(/^[/\\]+/, '//');
  const hosted = rest.startsWith('//') && url.protocol !== 'javascript:' && (protocol || slashesDenoteHost);
  if (hosted) {
    url.slashes = true;
    const [, authority, path] = /^\/\/([^/\\]*)(.*)$/s.exec(rest);
    const at = authority.lastIndexOf('@');
    if (at >= 0) {
      try { url.auth = decodeURIComponent(authority.slice(0, at)); } catch { throw new URIError('URI malformed'); }
    }
    const host = authority.slice(at + 1).toLowerCase();
    const port = /:(\d*)$/.exec(host);
    url.port = port?.[1] || null;
    const name = port ? host.slice(0, -port[0].length) : host;
    url.hostname = name.replace(/^\[(.*)\]$/, '$1');
    url.host = name + (url.port ? `:${url.port}` : '');
    rest = path.replaceAll('\\', '/');
    if (!rest && SLASHED.test(url.protocol ?? '')) rest = '/';
  }
  url.pathname = rest ? rest.replace(/[\s"<>`{}|^]/g, encodeURIComponent) : null;
  if (parseQuery) {
    url.search ??= '';
    url.query = require('querystring').parse(url.query ?? '');
  }
  url.path = url.pathname || url.search ? (url.pathname ?? '') + (url.search ?? '') : null;
  url.href = format(url);
  return url;
};
const format = (given, options) => {
  if (typeof given === 'string') return format(parse(given));
  if (given instanceof URL) {
    const url = new URL(given.href);
    if (options?.auth === false) url.username = url.password = '';
    if (options?.fragment === false) url.hash = '';
    if (options?.search === false) url.search = '';
    return url.href;
  }
  const auth = given.auth ? `${encodeURIComponent(given.auth).replace(/%3A/i, ':')}@` : '';
  let protocol = given.protocol ?? '';
  if (protocol && !protocol.endsWith(':')) protocol += ':';
  let host = false;
  if (given.host) host = auth + given.host;
  else if (given.hostname) host = auth + (given.hostname.includes(':') ? `[${given.hostname}]` : given.hostname) + (given.port ? `:${given.port}` : '');
  const query = given.query !== null && typeof given.query === 'object' ? require('querystring').stringify(given.query) : '';
  let search = given.search || (query && `?${query}`) || '';
  if (search && !search.startsWith('?')) search = `?${search}`;
  let hash = given.hash ?? '';
  if (hash && !hash.startsWith('#')) hash = `#${hash}`;
  let pathname = (given.pathname ?? '').replace(/[?#]/g, encodeURIComponent);
  if (given.slashes || ((!protocol || SLASHED.test(protocol)) && host !== false)) {
    host = `//${host || ''}`;
    if (pathname && !pathname.startsWith('/')) pathname = `/${pathname}`;
  } else if (!host) host = '';
  return protocol + host + pathname + search.replaceAll('#', '%23') + hash;
};
const resolve = (from, to) => {
  const base = 'resolve://resolve';
  const url = new URL(to, new URL(from, `${base}/`));
  return url.href.startsWith(base) ? url.href.slice(base.length).replace(/^\/(?=[^/])/, /^[/]/.test(to) || /^[/]/.test(from) ? '/' : '') : url.href;
};
const urlToHttpOptions = (url) => ({
  protocol: url.protocol, hostname: url.hostname, hash: url.hash, search: url.search, pathname: url.pathname,
  path: url.pathname + url.search, href: url.href, ...(url.port && { port: Number(url.port) }),
  ...((url.username || url.password) && { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
});
module.exports = { URL, URLSearchParams, Url, parse, format, resolve, urlToHttpOptions, resolveObject: (from, to) => parse(resolve(from, to)) };
