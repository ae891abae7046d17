// A clock that can be put forward, for a page or a program on Node.js: `Date` tells the time that it is, plus
// `globalThis.clockAheadMs`. Timers are left alone.
if (globalThis.clockAheadMs === undefined) {
  globalThis.clockAheadMs = 0;
  globalThis.Date = new Proxy(Date, {
    construct(date, parts, target) {
      return Reflect.construct(date, parts.length === 0 ? [date.now() + clockAheadMs] : parts, target);
    },
    apply(date) {
      return new date(date.now() + clockAheadMs).toString();
    },
    get(date, member) {
      return member === 'now' ? () => date.now() + clockAheadMs : date[member];
    },
  });
  Date.prototype.constructor = Date;
}
