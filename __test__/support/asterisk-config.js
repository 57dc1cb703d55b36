"use strict";

/** The configuration of the tests' Asterisk: loopback only, ARI, and a dialplan that runs steps. */

const fs = require("node:fs");
const path = require("node:path");
const { drachtioDialplan, pjsipConf, SIP_MODULES } = require("./asterisk-sip");

/**
 * These want hardware, a bus or a desktop; SIP stays off where no test wants it. All else is loaded
 * by itself, since a hand-picked list breaks on the order of loading.
 */
const NOT_LOADED = [
  "chan_iax2",
  "chan_unistim",
  "chan_motif",
  "chan_console",
  "app_jack",
  "pbx_dundi",
  "res_xmpp",
  "res_snmp",
  "res_resolver_unbound"
];

/**
 * Runs the applications in the variables NEAR_1, NEAR_2, … or FAR_1, FAR_2, …, so that a test says
 * beside its assertions what each end of its call does.
 */
const dialplan = (end) => `
[${end.toLowerCase()}]
exten => s,1,Answer()
 same => n,Set(STEP=0)
 same => n(next),Set(STEP=$[\${STEP} + 1])
 same => n,GotoIf($[\${STEP} > \${${end}_STEPS}]?done)
 same => n,Exec(\${${end}_\${STEP}})
 same => n,Goto(next)
 same => n(done),Hangup()
`;

/** Writes everything under `directory`, which Asterisk itself sees as `inside`. */
function writeConfiguration({ directory, inside, httpPort, sipPort, user, password }) {
  const notLoaded = [...NOT_LOADED, ...(sipPort ? [] : SIP_MODULES)];
  for (const name of ["etc", "run", "log", "spool", "lib/keys", "sounds"]) {
    fs.mkdirSync(path.join(directory, name), { recursive: true });
  }
  const files = {
    "asterisk.conf": asteriskConf(inside),
    "modules.conf": `[modules]\nautoload=yes\n${notLoaded.map((m) => `noload => ${m}.so\n`).join("")}`,
    "logger.conf": "[logfiles]\nfull => notice,warning,error,verbose(5)\n",
    "manager.conf": "[general]\nenabled=no\n",
    "http.conf": `[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=${httpPort}\n`,
    // Filled by asterisk-websocket.js.
    "websocket_client.conf": "",
    "ari.conf": `[general]\nenabled=yes\n[${user}]\ntype=user\npassword=${password}\n`,
    "extensions.conf": dialplan("NEAR") + dialplan("FAR") + drachtioDialplan(),
    ...(sipPort && { "pjsip.conf": pjsipConf(sipPort) })
  };
  for (const [name, text] of Object.entries(files)) {
    fs.writeFileSync(path.join(directory, "etc", name), text);
  }
}

function asteriskConf(inside) {
  return `[directories]
astmoddir => /usr/lib/${multiarch()}/asterisk/modules
astdatadir => /usr/share/asterisk
astagidir => /usr/share/asterisk/agi-bin
astetcdir => ${inside}/etc
astvarlibdir => ${inside}/lib
astdbdir => ${inside}/lib
astkeydir => ${inside}/lib
astspooldir => ${inside}/spool
astrundir => ${inside}/run
astlogdir => ${inside}/log
[options]
verbose=5
`;
}

function multiarch() {
  const names = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };
  return names[process.arch] ?? `${process.arch}-linux-gnu`;
}

module.exports = { writeConfiguration };
