// One character for each byte: the form in which bytes go out to the host.
'use strict';
const { fromCharCode } = String;
module.exports = (bytes) => {
  let text = '';
  for (let n = 0; n < bytes.length; n += 8192) text += fromCharCode.apply(null, bytes.subarray(n, n + 8192));
  return text;
};
