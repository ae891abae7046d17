// The packages `request`, `request-promise` and `request-promise-native`, as scripts use them, over the tenant's `fetch`.
'use strict';
const EventEmitter = require('events');
const { stringify } = require('querystring');
const { Buffer } = require('buffer');
const { fetch, FormData, AbortSignal } = require('internal/web');

const merge = (one, other) => ({ ...one, ...other, headers: { ...one?.headers, ...other?.headers } });
const optionsOf = (uri, options, callback) => {
  if (typeof options === 'function') [options, callback] = [undefined, options];
  const given = typeof uri === 'string' || uri instanceof URL ? { ...options, uri: String(uri) } : { ...uri };
  return [given, callback ?? given.callback];
};
class StatusCodeError extends Error {
  constructor(response, body, options) {
    super(`${response.statusCode} - ${typeof body === 'string' ? body : JSON.stringify(body)}`);
    Object.assign(this, { name: 'StatusCodeError', statusCode: response.statusCode, error: body, options, response });
  }
}
class RequestError extends Error {
  constructor(cause, options) {
    super(String(cause));
    Object.assign(this, { name: 'RequestError', cause, error: cause, options });
  }
}
// What is sent: the address, and what `fetch` takes.
const prepare = (options) => {
  const address = options.uri ?? options.url;
  if (!address) throw new Error('options.uri is a required argument');
  const text = typeof address === 'object' && !(address instanceof URL) ? require('url').format(address) : String(address);
  const url = new URL(options.baseUrl ? options.baseUrl.replace(/\/$/, '') + '/' + text.replace(/^\//, '') : text);
  const headers = { ...options.headers };
  const has = (name) => Object.keys(headers).some((it) => it.toLowerCase() === name);
  if (options.qs) {
    const query = stringify({ ...Object.fromEntries(url.searchParams), ...options.qs });
    url.search = query ? `?${query}` : '';
  }
  const auth = options.auth ?? (url.username && { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) });
  url.username = url.password = '';
  if (auth) {
    const bearer = typeof auth.bearer === 'function' ? auth.bearer() : auth.bearer;
    const basic = () => Buffer.from(`${auth.user ?? auth.username}:${auth.pass ?? auth.password ?? ''}`).toString('base64');
    headers.authorization = bearer !== undefined ? `Bearer ${bearer ?? ''}` : `Basic ${basic()}`;
  }
  let body = options.body;
  if (options.form !== undefined) {
    body = typeof options.form === 'string' ? options.form : stringify(options.form);
    headers['content-type'] = 'application/x-www-form-urlencoded';
  } else if (options.formData) {
    body = new FormData();
    for (const name of Object.keys(options.formData)) body.append(name, options.formData[name]);
  } else if (options.json !== undefined && options.json !== false) {
    if (typeof options.json !== 'boolean') body = JSON.stringify(options.json);
    else if (body !== undefined && !(typeof body === 'string' && /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? ''))) body = JSON.stringify(body);
    if (!has('accept')) headers.accept = 'application/json';
    if (body !== undefined && !has('content-type')) headers['content-type'] = 'application/json';
  }
  const method = (options.method ?? 'GET').toUpperCase();
  const follows = options.followRedirect !== false && (options.followAllRedirects || method === 'GET' || method === 'HEAD');
  const signal = options.timeout > 0 ? AbortSignal.timeout(options.timeout) : undefined;
  if (body !== undefined && !(typeof body === 'string' || ArrayBuffer.isView(body) || body instanceof FormData)) throw new Error('Argument error, options.body.');
  const sent = method === 'GET' || method === 'HEAD' ? undefined : body;
  return [url.href, { method, headers, body: sent, redirect: follows ? 'follow' : 'manual', signal }];
};
const send = async (options, emitter) => {
  const [url, init] = prepare(options);
  const answer = await fetch(url, init);
  const bytes = await answer.buffer();
  const response = Object.assign(emitter.response, { statusCode: answer.status, statusMessage: answer.statusText, headers: Object.fromEntries(answer.headers), request: { href: url, method: init.method, headers: init.headers } });
  let body = options.encoding === null ? bytes : bytes.toString(options.encoding ?? 'utf8');
  if (options.json && typeof body === 'string') try { body = JSON.parse(body); } catch { /* It is what it is. */ }
  response.body = body;
  return [response, body];
};
const make = (defaults, promised) => {
  const request = (...given) => {
    const [own, callback] = optionsOf(...given);
    const options = merge(defaults, own);
    const emitter = new EventEmitter();
    emitter.response = new EventEmitter();
    const done = send(options, emitter).then(([response, body]) => {
      emitter.emit('response', response);
      for (const target of [emitter, response]) {
        target.emit('data', typeof body === 'string' ? Buffer.from(body) : body);
        target.emit('end');
      }
      emitter.emit('complete', response, body);
      return [response, body];
    });
    const whole = done.then(([response, body]) => {
      if (options.simple !== false && !(response.statusCode >= 200 && response.statusCode < 300)) throw new StatusCodeError(response, body, options);
      const result = options.resolveWithFullResponse ? response : body;
      return options.transform ? options.transform(body, response, options.resolveWithFullResponse) : result;
    }, (error) => {
      throw new RequestError(error, options);
    });
    whole.catch(() => {});
    if (callback) {
      // As in Node, what the callback throws is an exception of its own: nobody has caught the request's promise.
      const act = (...results) => setImmediate(callback, ...results);
      done.then(([response, body]) => act(null, response, body), (error) => act(error.cause ? Object.assign(error, { code: error.cause.code }) : error));
    } else done.catch((error) => { if (emitter.listenerCount('error')) emitter.emit('error', error); });
    if (promised) Object.assign(emitter, { then: whole.then.bind(whole), catch: whole.catch.bind(whole), finally: whole.finally.bind(whole), promise: () => whole });
    return Object.assign(emitter, { abort() {}, pipe: (to) => (done.then(([, body]) => { to.write(body); to.end(); }), to) });
  };
  for (const name of ['get', 'head', 'options', 'post', 'put', 'patch', 'del', 'delete']) {
    const method = name === 'del' ? 'DELETE' : name.toUpperCase();
    request[name] = (...given) => {
      const [options, callback] = optionsOf(...given);
      return request({ ...options, method }, callback);
    };
  }
  request.defaults = (options) => make(merge(defaults, options), promised);
  request.jar = () => ({});
  return request;
};
module.exports = (promised) => Object.assign(make({}, promised), { default: make({}, promised) });
