// The tokens of `api.redirect`: JWTs that are signed with a secret that the script and the other site share (RFC 7519, HS256).
'use strict';
const { createHmac, timingSafeEqual } = require('crypto');
const { Buffer } = require('buffer');
const secretOf = (options, call) => {
  if (typeof options?.secret !== 'string' || !options.secret) throw new TypeError(`api.redirect.${call} needs a secret: { secret: event.secrets.… }`);
  return options.secret;
};
const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = (text, secret) => createHmac('sha256', secret).update(text).digest();
const encodeToken = (options, event) => {
  const secret = secretOf(options, 'encodeToken');
  const iat = Math.floor(Date.now() / 1000);
  const own = { iss: event.request?.hostname, sub: event.user?.user_id, iat, exp: iat + (options.expiresInSeconds ?? 900), ip: event.request?.ip };
  const text = `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ ...options.payload, ...own })}`;
  return `${text}.${sign(text, secret).toString('base64url')}`;
};
const validateToken = (options, event) => {
  const secret = secretOf(options, 'validateToken');
  const name = options.tokenParameterName ?? 'session_token';
  const token = event.request?.body?.[name] ?? event.request?.query?.[name];
  const wrong = (told) => new Error(`The session token is invalid: ${told}`);
  if (typeof token !== 'string') throw wrong(`there is no parameter '${name}'`);
  const [head, body, signature, ...more] = token.split('.');
  if (signature === undefined || more.length) throw wrong('it is no JWT');
  let header, claims;
  try {
    [header, claims] = [head, body].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    throw wrong('it is no JWT');
  }
  if (header?.alg !== 'HS256') throw wrong("its algorithm is not HS256");
  const [made, given] = [sign(`${head}.${body}`, secret), Buffer.from(signature, 'base64url')];
  if (made.length !== given.length || !timingSafeEqual(made, given)) throw wrong('its signature does not match');
  const now = Math.floor(Date.now() / 1000);
  if (typeof claims.exp !== 'number' || claims.exp <= now) throw wrong('it has expired');
  if (typeof claims.nbf === 'number' && claims.nbf > now) throw wrong('it is not good yet');
  if (claims.sub !== undefined && claims.sub !== event.user?.user_id) throw wrong('it is for somebody else');
  if (claims.state !== undefined && claims.state !== event.request?.query?.state) throw wrong('it is for another log-in');
  return claims;
};
module.exports = { encodeToken, validateToken };
