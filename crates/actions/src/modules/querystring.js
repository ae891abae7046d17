// Node's `querystring`: https://nodejs.org/api/querystring.html
'use strict';
const escape = (text) => encodeURIComponent(String(text).toWellFormed());
const unescape = (text) => {
  try { return decodeURIComponent(text); } catch { return native.percentDecode(text.toWellFormed()); }
};
const value = (it) => (typeof it === 'string' || typeof it === 'bigint' || typeof it === 'boolean' || Number.isFinite(it) ? String(it) : '');
const stringify = (given, separator = '&', equals = '=', options) => {
  if (given === null || typeof given !== 'object') return '';
  const written = options?.encodeURIComponent ?? module.exports.escape;
  const pair = (name, it) => `${written(name)}${equals}${written(value(it))}`;
  return Object.keys(given)
    .flatMap((name) => (Array.isArray(given[name]) ? given[name].map((it) => pair(name, it)) : [pair(name, given[name])]))
    .join(separator);
};
const parse = (text, separator = '&', equals = '=', options) => {
  const found = Object.create(null);
  if (typeof text !== 'string' || !text) return found;
  const read = options?.decodeURIComponent ?? module.exports.unescape;
  const most = options?.maxKeys ?? 1000;
  let parts = text.split(separator);
  if (most > 0) parts = parts.slice(0, most);
  for (const part of parts) {
    if (!part) continue;
    const at = part.indexOf(equals);
    const [name, it] = (at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + equals.length)]).map((half) => read(half.replaceAll('+', ' ')));
    if (!(name in found)) found[name] = it;
    else if (Array.isArray(found[name])) found[name].push(it);
    else found[name] = [found[name], it];
  }
  return found;
};
module.exports = { escape, unescape, stringify, parse, encode: stringify, decode: parse };
