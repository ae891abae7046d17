// What `node --import` runs before a program here: whoever started it can put its clock forward, and it ends with them.
// Standard input carries seconds, one number a line. Each is answered on standard output.
import './date.js';
import { createInterface } from 'node:readline';

const orders = createInterface({ input: process.stdin });
orders.on('line', (seconds) => {
  globalThis.clockAheadMs += Number(seconds) * 1000;
  console.log(`clock put forward by ${seconds} s`);
});
orders.on('close', () => process.exit());
