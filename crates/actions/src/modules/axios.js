// The package `axios`, as scripts use it, over the tenant's `fetch`.
'use strict';
const { Buffer } = require('buffer');
const { fetch, FormData, Blob, AbortSignal } = require('internal/web');

class AxiosError extends Error {
  constructor(message, code, config, request, response) {
    super(message);
    Object.assign(this, { name: 'AxiosError', code, config, request, response, status: response?.status, isAxiosError: true });
  }
  toJSON() { return { message: this.message, name: this.name, code: this.code, status: this.status ?? null }; }
}
const lower = (headers = {}) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => [name.toLowerCase(), value]));
const METHODS = ['get', 'head', 'options', 'delete', 'post', 'put', 'patch'];
const merge = (one = {}, other = {}) => {
  const { common, ...mine } = one.headers ?? {};
  for (const name of METHODS) if (typeof mine[name] === 'object') delete mine[name];
  return { ...one, ...other, headers: { ...lower(common), ...lower(mine), ...lower(other.headers) }, params: other.params ?? one.params };
};
const writeParams = ({ params, paramsSerializer }) => {
  if (!params) return '';
  const serialize = typeof paramsSerializer === 'function' ? paramsSerializer : paramsSerializer?.serialize;
  if (serialize) return serialize(params);
  if (params instanceof URLSearchParams) return params.toString();
  const written = (value) => encodeURIComponent(value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : value).replace(/%(3A|24|2C|5B|5D)/g, decodeURIComponent).replaceAll('%20', '+');
  return Object.entries(params)
    .filter(([, value]) => value !== undefined && value !== null)
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((it) => `${written(`${name}[]`)}=${written(it)}`) : [`${written(name)}=${written(value)}`]))
    .join('&');
};
const addressOf = (config) => {
  const { url = '', baseURL } = config;
  const whole = baseURL && !/^([a-z][a-z\d+\-.]*:)?\/\//i.test(url) ? baseURL.replace(/\/+$/, '') + (url ? `/${url.replace(/^\/+/, '')}` : '') : url;
  const params = writeParams(config);
  return params ? whole.replace(/#.*$/, '') + (whole.includes('?') ? '&' : '?') + params : whole;
};
const isPlainBody = (data) => data === undefined || data === null || typeof data === 'string' || data instanceof URLSearchParams || data instanceof FormData || data instanceof Blob || data instanceof ArrayBuffer || ArrayBuffer.isView(data);
const dispatch = async (config) => {
  let { data } = config;
  const headers = { accept: 'application/json, text/plain, */*', ...lower(config.headers) };
  for (const transform of [config.transformRequest].flat().filter(Boolean)) data = transform.call(config, data, headers);
  if (!isPlainBody(data)) {
    if (/^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '')) data = new URLSearchParams(data).toString();
    else {
      data = JSON.stringify(data);
      headers['content-type'] ??= 'application/json';
    }
  } else if (typeof data === 'string') headers['content-type'] ??= 'application/x-www-form-urlencoded';
  const method = (config.method ?? 'get').toUpperCase();
  const url = new URL(addressOf(config));
  const auth = config.auth ?? (url.username && { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) });
  url.username = url.password = '';
  if (auth) headers.authorization = `Basic ${Buffer.from(`${auth.username ?? ''}:${auth.password ?? ''}`).toString('base64')}`;
  const signals = [config.signal, config.timeout > 0 && AbortSignal.timeout(config.timeout)].filter(Boolean);
  const request = { path: url.pathname + url.search, method, host: url.host };
  let answer;
  try {
    answer = await fetch(url.href, {
      method, headers, signal: signals.length ? AbortSignal.any(signals) : undefined, redirect: config.maxRedirects === 0 ? 'manual' : 'follow',
      body: method === 'GET' || method === 'HEAD' ? undefined : data ?? undefined,
    });
  } catch (error) {
    if (error.name === 'TimeoutError') throw new AxiosError(`timeout of ${config.timeout}ms exceeded`, 'ECONNABORTED', config, request);
    if (error.name === 'AbortError') throw new AxiosError('canceled', 'ERR_CANCELED', config, request);
    throw new AxiosError(error.message, error.cause?.code ?? 'ERR_NETWORK', config, request);
  }
  const { status, statusText, headers: given } = answer;
  const response = { status, statusText, headers: Object.fromEntries(given), config: { ...config, headers }, request };
  if (config.responseType === 'arraybuffer') response.data = await answer.buffer();
  else {
    response.data = await answer.text();
    if (config.responseType !== 'text') try { response.data = JSON.parse(response.data); } catch { /* It is a text. */ }
  }
  for (const transform of [config.transformResponse].flat().filter(Boolean)) response.data = transform.call(config, response.data, response.headers, status);
  const valid = config.validateStatus === undefined ? (it) => it >= 200 && it < 300 : config.validateStatus;
  if (valid && !valid(status)) throw new AxiosError(`Request failed with status code ${status}`, status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST', config, request, response);
  return response;
};
const interceptor = () => {
  const list = [];
  return { list, use: (act, failed) => list.push({ act, failed }), eject: (id) => { list[id - 1] = undefined; }, clear: () => { list.length = 0; } };
};
const create = (defaults) => {
  const interceptors = { request: interceptor(), response: interceptor() };
  const axios = (input, more) => axios.request(typeof input === 'string' ? { ...more, url: input } : input);
  axios.request = (config) => {
    let chain = Promise.resolve(merge(axios.defaults, config));
    for (const it of [...interceptors.request.list].reverse().filter(Boolean)) chain = chain.then(it.act, it.failed);
    chain = chain.then(dispatch);
    for (const it of interceptors.response.list.filter(Boolean)) chain = chain.then(it.act, it.failed);
    return chain;
  };
  for (const method of ['get', 'head', 'options', 'delete']) axios[method] = (url, config) => axios.request({ ...config, method, url });
  for (const method of ['post', 'put', 'patch']) {
    axios[method] = (url, data, config) => axios.request({ ...config, method, url, data });
    axios[`${method}Form`] = (url, data, config) => axios.request({ ...config, method, url, data, headers: { ...config?.headers, 'content-type': 'multipart/form-data' } });
  }
  return Object.assign(axios, { interceptors, defaults: { ...defaults, headers: { common: {}, ...defaults.headers } }, getUri: (config) => addressOf(merge(axios.defaults, config)) });
};
const axios = create({});
axios.create = (config) => create(merge(axios.defaults, config));
const isCancel = (error) => error?.code === 'ERR_CANCELED';
module.exports = Object.assign(axios, { default: axios, axios, Axios: axios, AxiosError, isAxiosError: (error) => error?.isAxiosError === true, isCancel, all: (list) => Promise.all(list), spread: (act) => (list) => act(...list) });
