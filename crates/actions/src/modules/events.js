// Node's `events`: https://nodejs.org/api/events.html. Functions and not a class: old packages call it on an object of their own.
'use strict';
function EventEmitter() {}
const listeners = (emitter, name) => {
  if (!Object.hasOwn(emitter, '_events')) Object.defineProperty(emitter, '_events', { value: Object.create(null), writable: true, configurable: true });
  return (emitter._events[name] ??= []);
};
const { prototype } = EventEmitter;
prototype.on = prototype.addListener = function (name, act) { return listeners(this, name).push({ act }), this; };
prototype.prependListener = function (name, act) { return listeners(this, name).unshift({ act }), this; };
prototype.once = function (name, act) { return listeners(this, name).push({ act, once: true }), this; };
prototype.off = prototype.removeListener = function (name, act) {
  const at = listeners(this, name).findLastIndex((it) => it.act === act);
  if (at >= 0) listeners(this, name).splice(at, 1);
  return this;
};
prototype.removeAllListeners = function (name) {
  if (name !== undefined) listeners(this, name).length = 0;
  else delete this._events;
  return this;
};
prototype.emit = function (name, ...given) {
  const list = [...listeners(this, name)];
  if (name === 'error' && !list.length) throw given[0] instanceof Error ? given[0] : new Error(`Unhandled error. (${given[0]})`);
  for (const it of list) {
    if (it.once) this.off(name, it.act);
    it.act.apply(this, given);
  }
  return list.length > 0;
};
prototype.listeners = function (name) { return listeners(this, name).map(({ act }) => act); };
prototype.listenerCount = function (name) { return listeners(this, name).length; };
prototype.eventNames = function () { return Object.keys(this._events ?? {}).filter((name) => this._events[name].length); };
prototype.setMaxListeners = function () { return this; };
prototype.getMaxListeners = () => 10;
EventEmitter.once = (emitter, name) => new Promise((resolve, reject) => {
  emitter.once(name, (...given) => resolve(given));
  if (name !== 'error') emitter.once('error', reject);
});
EventEmitter.defaultMaxListeners = 10;
EventEmitter.EventEmitter = EventEmitter;
module.exports = EventEmitter;
