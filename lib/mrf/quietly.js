"use strict";

/** Ends something that is given up: whether it could still be ended is nobody's concern. */
function quietly(act) {
  Promise.resolve()
    .then(act)
    .catch(() => {});
}

module.exports = { quietly };
