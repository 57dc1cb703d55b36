"use strict";

/**
 * SIP of the tests' Asterisk, on one UDP port of the loopback and configured as drachtio-astmrf asks:
 * whoever names himself drachtio gets into a context that hands him to the Stasis application he
 * dials.
 */

const SIP_MODULES = ["res_pjproject", "res_pjsip"];

/** The RTP of an endpoint is bound to its media address, or it would be open to the network. */
const pjsipConf = (port) => `
[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:${port}

[drachtio]
type=endpoint
transport=transport-udp
context=drachtio
disallow=all
allow=ulaw,alaw
media_address=127.0.0.1
bind_rtp_to_media_address=yes
rtp_symmetric=yes

[drachtio]
type=identify
endpoint=drachtio
match_header=User-Agent: drachtio
`;

const drachtioDialplan = () => `
[drachtio]
exten => _drachtio.,1,NoOp()
 same => n,Stasis(\${EXTEN})
`;

module.exports = { SIP_MODULES, drachtioDialplan, pjsipConf };
