"use strict";

/** What to write into Asterisk's files so that its calls come to a server at `address`. */
function dialplan({ address, port, websocket }) {
  const host = address.includes(":") ? `[${address}]` : address;
  return `In extensions.conf, one of

  ; the application, 8 kHz
  exten => 100,1,Answer()
   same => n,AudioSocket(\${UUID()},${host}:${port})
   same => n,Hangup()

  ; the channel driver, here at 16 kHz; without c(slin16), 8 kHz and better said so: c(slin)
  exten => 101,1,Answer()
   same => n,Dial(AudioSocket/${host}:${port}/\${UUID()}/c(slin16))

  ; WebSocket, from Asterisk 20.16, 22.6 and 23.0 on: callstreams serve --websocket ${websocket}
  exten => 102,1,Answer()
   same => n,Dial(WebSocket/callstreams/c(slin16))

and for the last one, in websocket_client.conf

  [callstreams]
  type = websocket_client
  connection_type = per_call_config
  uri = ws://${host}:${websocket}/calls
  protocols = media

By ARI: POST /ari/channels/externalMedia with app=<yours>, encapsulation=audiosocket, transport=tcp,
external_host=${host}:${port}, format=slin16 and a UUID in data.`;
}

module.exports = { dialplan };
