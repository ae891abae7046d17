// The answer to the client is a form. It is sent by itself; without this script, there is its button.
"use strict";

document.getElementById("answer").submit();
