// As much of Node's `stream` as packages need that never stream: classes to inherit from, and what is written comes out again.
'use strict';
const EventEmitter = require('events');
const { inherits } = require('util');
function Stream() {}
inherits(Stream, EventEmitter);
Stream.prototype.pipe = function (to) {
  this.on('data', (part) => to.write(part));
  this.on('end', () => to.end?.());
  return to;
};
const derive = (Parent, methods) => {
  function Derived(options) { Object.assign(this, { readable: true, writable: true, options }); }
  inherits(Derived, Parent);
  Object.assign(Derived.prototype, methods);
  return Derived;
};
const Readable = derive(Stream, {
  push(part) { return part === null ? this.emit('end') : this.emit('data', part); },
  read() {}, resume() { return this; }, pause() { return this; }, setEncoding() { return this; }, destroy() { return this; },
});
const writable = {
  write(part, encoding, callback) {
    const done = typeof encoding === 'function' ? encoding : callback;
    const act = this._write ?? this.options?.write ?? this._transform ?? this.options?.transform;
    if (act) act.call(this, part, encoding, (error, out) => { if (error) this.emit('error', error); else if (out !== undefined) this.push?.(out); done?.(error); });
    return true;
  },
  end(part) {
    if (part !== undefined) this.write(part);
    this.emit('finish');
    this.push?.(null);
    return this;
  },
};
const Writable = derive(Stream, writable);
const Duplex = derive(Readable, writable);
const Transform = derive(Duplex, {});
const PassThrough = derive(Transform, { _transform(part, encoding, done) { done(null, part); } });
module.exports = Object.assign(Stream, { Stream, Readable, Writable, Duplex, Transform, PassThrough });
