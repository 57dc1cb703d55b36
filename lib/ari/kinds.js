"use strict";

/**
 * The kinds of ARI that become objects with methods of their own. Each says
 *   resource   the description its operations are in
 *   id         its own field, or fields, that say which one it is
 *   params     the parameters of operations that this id fills, in the fields' order
 *   creates    operations that make something new: the parameter that takes an id chosen here, and
 *              whether that is the object's own id or that of an object handed along
 */

const OWN = "own";
const HANDED = "handed";

const PLAYS_AND_RECORDS = {
  play: { param: "playbackId", whose: HANDED },
  record: { param: "name", whose: HANDED }
};

const KINDS = {
  Application: kind("applications", "name", "applicationName"),
  Asterisk: { resource: "asterisk", id: [], params: [], creates: {} },
  Bridge: kind("bridges", "id", "bridgeId", {
    create: { param: "bridgeId", whose: OWN },
    ...PLAYS_AND_RECORDS
  }),
  Channel: kind("channels", "id", "channelId", {
    create: { param: "channelId", whose: OWN },
    originate: { param: "channelId", whose: OWN },
    externalMedia: { param: "channelId", whose: OWN },
    snoopChannel: { param: "snoopId", whose: HANDED },
    ...PLAYS_AND_RECORDS
  }),
  DeviceState: kind("deviceStates", "name", "deviceName"),
  Endpoint: {
    resource: "endpoints",
    id: ["technology", "resource"],
    params: ["tech", "resource"],
    creates: {}
  },
  LiveRecording: kind("recordings", "name", "recordingName"),
  Mailbox: kind("mailboxes", "name", "mailboxName"),
  Playback: kind("playbacks", "id", "playbackId"),
  Sound: kind("sounds", "id", "soundId"),
  StoredRecording: kind("recordings", "name", "recordingName")
};

function kind(resource, id, param, creates = {}) {
  return { resource, id: [id], params: [param], creates };
}

module.exports = { HANDED, KINDS, OWN };
