// Made by scripts/ari-types.js; not to be edited.

import { Callback, Instance } from "./types";

export interface BuildInfoData {
  os: string;
  kernel: string;
  options: string;
  machine: string;
  date: string;
  user: string;
}

export interface SystemInfoData {
  version: string;
  entity_id: string;
}

export interface SetIdData {
  user: string;
  group: string;
}

export interface ConfigInfoData {
  name: string;
  default_language: string;
  max_channels?: number;
  max_open_files?: number;
  max_load?: number;
  setid: SetIdData;
}

export interface StatusInfoData {
  startup_time: string;
  last_reload_time: string;
}

export interface AsteriskInfoData {
  build?: BuildInfoData;
  system?: SystemInfoData;
  config?: ConfigInfoData;
  status?: StatusInfoData;
}

export interface AsteriskPingData {
  asterisk_id: string;
  ping: string;
  timestamp: string;
}

export interface ModuleData {
  name: string;
  description: string;
  use_count: number;
  status: string;
  support_level: string;
}

export interface LogChannelData {
  channel: string;
  type: string;
  status: string;
  configuration: string;
}

export interface VariableData {
  value: string;
}

export interface VariablesData {
  variables: object;
}

export interface ConfigTupleData {
  attribute: string;
  value: string;
}

export interface EndpointData {
  technology: string;
  resource: string;
  state?: string;
  channel_ids: string[];
}

export interface TextMessageData {
  from: string;
  to: string;
  body: string;
  variables?: object;
}

export interface DialedData {}

export interface DialplanCEPData {
  context: string;
  exten: string;
  priority: number;
  app_name: string;
  app_data: string;
}

export interface CallerIDData {
  name: string;
  number: string;
}

export interface RTPstatData {
  txcount: number;
  rxcount: number;
  txjitter?: number;
  rxjitter?: number;
  remote_maxjitter?: number;
  remote_minjitter?: number;
  remote_normdevjitter?: number;
  remote_stdevjitter?: number;
  local_maxjitter?: number;
  local_minjitter?: number;
  local_normdevjitter?: number;
  local_stdevjitter?: number;
  txploss: number;
  rxploss: number;
  remote_maxrxploss?: number;
  remote_minrxploss?: number;
  remote_normdevrxploss?: number;
  remote_stdevrxploss?: number;
  local_maxrxploss?: number;
  local_minrxploss?: number;
  local_normdevrxploss?: number;
  local_stdevrxploss?: number;
  rtt?: number;
  maxrtt?: number;
  minrtt?: number;
  normdevrtt?: number;
  stdevrtt?: number;
  local_ssrc: number;
  remote_ssrc: number;
  txoctetcount: number;
  rxoctetcount: number;
  channel_uniqueid: string;
}

export interface ChannelData {
  id: string;
  protocol_id: string;
  name: string;
  state: string;
  caller: CallerIDData;
  connected: CallerIDData;
  accountcode: string;
  dialplan: DialplanCEPData;
  creationtime: string;
  language: string;
  channelvars?: object;
  caller_rdnis?: string;
  tenantid?: string;
}

export interface BridgeData {
  id: string;
  technology: string;
  bridge_type: string;
  bridge_class: string;
  creator: string;
  name: string;
  channels: string[];
  video_mode?: string;
  video_source_id?: string;
  creationtime: string;
  bridgevars?: object;
}

export interface StoredRecordingData {
  name: string;
  format: string;
}

export interface LiveRecordingData {
  name: string;
  format: string;
  target_uri: string;
  state: string;
  duration?: number;
  talking_duration?: number;
  silence_duration?: number;
  cause?: string;
}

export interface FormatLangPairData {
  language: string;
  format: string;
}

export interface SoundData {
  id: string;
  text?: string;
  formats: FormatLangPairData[];
}

export interface PlaybackData {
  id: string;
  media_uri: string;
  next_media_uri?: string;
  target_uri: string;
  language?: string;
  state: string;
}

export interface DeviceStateData {
  name: string;
  state: string;
}

export interface MailboxData {
  name: string;
  old_messages: number;
  new_messages: number;
}

export interface MessageData {
  type: string;
  asterisk_id?: string;
}

export interface MissingParamsData extends MessageData {
  type: "MissingParams";
  params: string[];
}

export interface EventData extends MessageData {
  application: string;
  timestamp: string;
}

export interface ContactInfoData {
  uri: string;
  contact_status: string;
  aor: string;
  roundtrip_usec?: string;
}

export interface PeerData {
  peer_status: string;
  cause?: string;
  address?: string;
  port?: string;
  time?: string;
}

export interface DeviceStateChangedData extends EventData {
  type: "DeviceStateChanged";
  device_state: DeviceStateData;
}

export interface PlaybackStartedData extends EventData {
  type: "PlaybackStarted";
  playback: PlaybackData;
}

export interface PlaybackContinuingData extends EventData {
  type: "PlaybackContinuing";
  playback: PlaybackData;
}

export interface PlaybackFinishedData extends EventData {
  type: "PlaybackFinished";
  playback: PlaybackData;
}

export interface RecordingStartedData extends EventData {
  type: "RecordingStarted";
  recording: LiveRecordingData;
}

export interface RecordingFinishedData extends EventData {
  type: "RecordingFinished";
  recording: LiveRecordingData;
}

export interface RecordingFailedData extends EventData {
  type: "RecordingFailed";
  recording: LiveRecordingData;
}

export interface ApplicationMoveFailedData extends EventData {
  type: "ApplicationMoveFailed";
  channel: ChannelData;
  destination: string;
  args: string[];
}

export interface ApplicationRegisteredData extends EventData {
  type: "ApplicationRegistered";
}

export interface ApplicationUnregisteredData extends EventData {
  type: "ApplicationUnregistered";
}

export interface ApplicationReplacedData extends EventData {
  type: "ApplicationReplaced";
}

export interface BridgeCreatedData extends EventData {
  type: "BridgeCreated";
  bridge: BridgeData;
}

export interface BridgeDestroyedData extends EventData {
  type: "BridgeDestroyed";
  bridge: BridgeData;
}

export interface BridgeMergedData extends EventData {
  type: "BridgeMerged";
  bridge: BridgeData;
  bridge_from: BridgeData;
}

export interface BridgeVideoSourceChangedData extends EventData {
  type: "BridgeVideoSourceChanged";
  bridge: BridgeData;
  old_video_source_id?: string;
}

export interface BridgeBlindTransferData extends EventData {
  type: "BridgeBlindTransfer";
  channel: ChannelData;
  replace_channel?: ChannelData;
  transferee?: ChannelData;
  exten: string;
  context: string;
  result: string;
  is_external: boolean;
  bridge?: BridgeData;
}

export interface BridgeAttendedTransferData extends EventData {
  type: "BridgeAttendedTransfer";
  transferer_first_leg: ChannelData;
  transferer_second_leg: ChannelData;
  replace_channel?: ChannelData;
  transferee?: ChannelData;
  transfer_target?: ChannelData;
  result: string;
  is_external: boolean;
  transferer_first_leg_bridge?: BridgeData;
  transferer_second_leg_bridge?: BridgeData;
  destination_type: string;
  destination_bridge?: string;
  destination_application?: string;
  destination_link_first_leg?: ChannelData;
  destination_link_second_leg?: ChannelData;
  destination_threeway_channel?: ChannelData;
  destination_threeway_bridge?: BridgeData;
}

export interface ChannelCreatedData extends EventData {
  type: "ChannelCreated";
  channel: ChannelData;
}

export interface ChannelDestroyedData extends EventData {
  type: "ChannelDestroyed";
  cause: number;
  cause_txt: string;
  tech_cause?: number;
  channel: ChannelData;
}

export interface ChannelEnteredBridgeData extends EventData {
  type: "ChannelEnteredBridge";
  bridge: BridgeData;
  channel?: ChannelData;
}

export interface ChannelLeftBridgeData extends EventData {
  type: "ChannelLeftBridge";
  bridge: BridgeData;
  channel: ChannelData;
}

export interface ChannelStateChangeData extends EventData {
  type: "ChannelStateChange";
  channel: ChannelData;
}

export interface ChannelDtmfReceivedData extends EventData {
  type: "ChannelDtmfReceived";
  digit: string;
  duration_ms: number;
  channel: ChannelData;
}

export interface ChannelDialplanData extends EventData {
  type: "ChannelDialplan";
  channel: ChannelData;
  dialplan_app: string;
  dialplan_app_data: string;
}

export interface ChannelCallerIdData extends EventData {
  type: "ChannelCallerId";
  caller_presentation: number;
  caller_presentation_txt: string;
  channel: ChannelData;
}

export interface ChannelUsereventData extends EventData {
  type: "ChannelUserevent";
  eventname: string;
  channel?: ChannelData;
  bridge?: BridgeData;
  endpoint?: EndpointData;
  userevent: object;
}

export interface ChannelHangupRequestData extends EventData {
  type: "ChannelHangupRequest";
  cause?: number;
  tech_cause?: number;
  soft?: boolean;
  channel: ChannelData;
}

export interface ChannelVarsetData extends EventData {
  type: "ChannelVarset";
  variable: string;
  value: string;
  channel?: ChannelData;
}

export interface ChannelHoldData extends EventData {
  type: "ChannelHold";
  channel: ChannelData;
  musicclass?: string;
}

export interface ChannelUnholdData extends EventData {
  type: "ChannelUnhold";
  channel: ChannelData;
}

export interface ChannelToneDetectedData extends EventData {
  type: "ChannelToneDetected";
  channel: ChannelData;
}

export interface ChannelTalkingStartedData extends EventData {
  type: "ChannelTalkingStarted";
  channel: ChannelData;
}

export interface ChannelTalkingFinishedData extends EventData {
  type: "ChannelTalkingFinished";
  channel: ChannelData;
  duration: number;
}

export interface ContactStatusChangeData extends EventData {
  type: "ContactStatusChange";
  endpoint: EndpointData;
  contact_info: ContactInfoData;
}

export interface PeerStatusChangeData extends EventData {
  type: "PeerStatusChange";
  endpoint: EndpointData;
  peer: PeerData;
}

export interface EndpointStateChangeData extends EventData {
  type: "EndpointStateChange";
  endpoint: EndpointData;
}

export interface DialData extends EventData {
  type: "Dial";
  caller?: ChannelData;
  peer: ChannelData;
  forward?: string;
  forwarded?: ChannelData;
  dialstring?: string;
  dialstatus: string;
}

export interface StasisEndData extends EventData {
  type: "StasisEnd";
  channel: ChannelData;
}

export interface StasisStartData extends EventData {
  type: "StasisStart";
  args: string[];
  channel: ChannelData;
  replace_channel?: ChannelData;
}

export interface TextMessageReceivedData extends EventData {
  type: "TextMessageReceived";
  message: TextMessageData;
  endpoint?: EndpointData;
}

export interface ChannelConnectedLineData extends EventData {
  type: "ChannelConnectedLine";
  channel: ChannelData;
}

export interface ChannelTransferData extends EventData {
  type: "ChannelTransfer";
  state?: string;
  refer_to: ReferToData;
  referred_by: ReferredByData;
}

export interface ReferToData {
  requested_destination: RequiredDestinationData;
  destination_channel?: ChannelData;
  connected_channel?: ChannelData;
  bridge?: BridgeData;
}

export interface ReferredByData {
  source_channel: ChannelData;
  connected_channel?: ChannelData;
  bridge?: BridgeData;
}

export interface RequiredDestinationData {
  protocol_id?: string;
  destination?: string;
  additional_protocol_params?: AdditionalParamData[];
}

export interface AdditionalParamData {
  parameter_name: string;
  parameter_value: string;
}

export interface RESTHeaderData {
  name: string;
  value: string;
}

export interface RESTQueryStringParameterData {
  name: string;
  value: string;
}

export interface RESTRequestData {
  type: string;
  transaction_id: string;
  request_id: string;
  method: string;
  uri: string;
  content_type?: string;
  query_strings?: RESTQueryStringParameterData[];
  message_body?: string;
}

export interface RESTResponseData extends EventData {
  type: "RESTResponse";
  transaction_id: string;
  request_id: string;
  status_code: number;
  reason_phrase: string;
  uri: string;
  content_type?: string;
  message_body?: string;
}

export interface CallBroadcastData extends EventData {
  type: "CallBroadcast";
  channel: ChannelData;
  caller?: string;
  called?: string;
}

export interface CallClaimedData extends EventData {
  type: "CallClaimed";
  channel: ChannelData;
  winner_app: string;
}

export interface ApplicationData {
  name: string;
  channel_ids: string[];
  bridge_ids: string[];
  endpoint_ids: string[];
  device_names: string[];
  events_allowed: object[];
  events_disallowed: object[];
}

export interface Application extends Instance, ApplicationData {
  list(options?: {}, callback?: Callback<Application[]>): Promise<Application[]>;
  list(callback: Callback<Application[]>): Promise<Application[]>;
  get(options?: {}, callback?: Callback<Application>): Promise<Application>;
  get(callback: Callback<Application>): Promise<Application>;
  subscribe(options: { eventSource: string | string[] }, callback?: Callback<Application>): Promise<Application>;
  unsubscribe(options: { eventSource: string | string[] }, callback?: Callback<Application>): Promise<Application>;
  filter(options?: { filter?: object }, callback?: Callback<Application>): Promise<Application>;
  filter(callback: Callback<Application>): Promise<Application>;
}

export interface Asterisk extends Instance {
  getObject(options: { configClass: string; objectType: string; id: string }, callback?: Callback<ConfigTupleData[]>): Promise<ConfigTupleData[]>;
  updateObject(options: { configClass: string; objectType: string; id: string; fields?: object }, callback?: Callback<ConfigTupleData[]>): Promise<ConfigTupleData[]>;
  deleteObject(options: { configClass: string; objectType: string; id: string }, callback?: Callback<void>): Promise<void>;
  getInfo(options?: { only?: string | string[] }, callback?: Callback<AsteriskInfoData>): Promise<AsteriskInfoData>;
  getInfo(callback: Callback<AsteriskInfoData>): Promise<AsteriskInfoData>;
  ping(options?: {}, callback?: Callback<AsteriskPingData>): Promise<AsteriskPingData>;
  ping(callback: Callback<AsteriskPingData>): Promise<AsteriskPingData>;
  listModules(options?: {}, callback?: Callback<ModuleData[]>): Promise<ModuleData[]>;
  listModules(callback: Callback<ModuleData[]>): Promise<ModuleData[]>;
  getModule(options: { moduleName: string }, callback?: Callback<ModuleData>): Promise<ModuleData>;
  loadModule(options: { moduleName: string }, callback?: Callback<void>): Promise<void>;
  unloadModule(options: { moduleName: string }, callback?: Callback<void>): Promise<void>;
  reloadModule(options: { moduleName: string }, callback?: Callback<void>): Promise<void>;
  listLogChannels(options?: {}, callback?: Callback<LogChannelData[]>): Promise<LogChannelData[]>;
  listLogChannels(callback: Callback<LogChannelData[]>): Promise<LogChannelData[]>;
  addLog(options: { logChannelName: string; configuration: string }, callback?: Callback<void>): Promise<void>;
  deleteLog(options: { logChannelName: string }, callback?: Callback<void>): Promise<void>;
  rotateLog(options: { logChannelName: string }, callback?: Callback<void>): Promise<void>;
  getGlobalVar(options: { variable: string }, callback?: Callback<VariableData>): Promise<VariableData>;
  setGlobalVar(options: { variable: string; value?: string }, callback?: Callback<void>): Promise<void>;
}

export interface Bridge extends Instance, BridgeData {
  list(options?: {}, callback?: Callback<Bridge[]>): Promise<Bridge[]>;
  list(callback: Callback<Bridge[]>): Promise<Bridge[]>;
  create(options?: { type?: string; bridgeId?: string; name?: string; variables?: Record<string, string> }, callback?: Callback<Bridge>): Promise<Bridge>;
  create(callback: Callback<Bridge>): Promise<Bridge>;
  createWithId(options?: { type?: string; name?: string; variables?: Record<string, string> }, callback?: Callback<Bridge>): Promise<Bridge>;
  createWithId(callback: Callback<Bridge>): Promise<Bridge>;
  get(options?: {}, callback?: Callback<Bridge>): Promise<Bridge>;
  get(callback: Callback<Bridge>): Promise<Bridge>;
  destroy(options?: {}, callback?: Callback<void>): Promise<void>;
  destroy(callback: Callback<void>): Promise<void>;
  getBridgeVar(options: { variable: string }, callback?: Callback<VariableData>): Promise<VariableData>;
  setBridgeVar(options: { variable: string; value?: string; report_events?: boolean }, callback?: Callback<void>): Promise<void>;
  getBridgeVars(options: { variables: Record<string, string> | Record<string, string>[] }, callback?: Callback<VariablesData>): Promise<VariablesData>;
  setBridgeVars(options: { variables: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  addChannel(options: { channel: string | string[]; role?: string; absorbDTMF?: boolean; mute?: boolean; inhibitConnectedLineUpdates?: boolean }, callback?: Callback<void>): Promise<void>;
  removeChannel(options: { channel: string | string[] }, callback?: Callback<void>): Promise<void>;
  setVideoSource(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  clearVideoSource(options?: {}, callback?: Callback<void>): Promise<void>;
  clearVideoSource(callback: Callback<void>): Promise<void>;
  startMoh(options?: { mohClass?: string }, callback?: Callback<void>): Promise<void>;
  startMoh(callback: Callback<void>): Promise<void>;
  stopMoh(options?: {}, callback?: Callback<void>): Promise<void>;
  stopMoh(callback: Callback<void>): Promise<void>;
  play(options: { media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, callback?: Callback<Playback>): Promise<Playback>;
  play(options: { media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, instance: Playback, callback?: Callback<Playback>): Promise<Playback>;
  playWithId(options: { playbackId: string; media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number }, callback?: Callback<Playback>): Promise<Playback>;
  record(options: { name?: string; format: string; recorder_format?: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  record(options: { name?: string; format: string; recorder_format?: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }, instance: LiveRecording, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
}

export interface Channel extends Instance, ChannelData {
  list(options?: {}, callback?: Callback<Channel[]>): Promise<Channel[]>;
  list(callback: Callback<Channel[]>): Promise<Channel[]>;
  originate(options: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, string>; channelId?: string; otherChannelId?: string; originator?: string; formats?: string }, callback?: Callback<Channel>): Promise<Channel>;
  create(options: { endpoint: string; app: string; appArgs?: string; channelId?: string; otherChannelId?: string; originator?: string; formats?: string; variables?: Record<string, string> }, callback?: Callback<Channel>): Promise<Channel>;
  get(options?: {}, callback?: Callback<Channel>): Promise<Channel>;
  get(callback: Callback<Channel>): Promise<Channel>;
  originateWithId(options: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, string>; otherChannelId?: string; originator?: string; formats?: string }, callback?: Callback<Channel>): Promise<Channel>;
  hangup(options?: { reason_code?: string; reason?: string }, callback?: Callback<void>): Promise<void>;
  hangup(callback: Callback<void>): Promise<void>;
  continueInDialplan(options?: { context?: string; extension?: string; priority?: number; label?: string }, callback?: Callback<void>): Promise<void>;
  continueInDialplan(callback: Callback<void>): Promise<void>;
  move(options: { app: string; appArgs?: string }, callback?: Callback<void>): Promise<void>;
  redirect(options: { endpoint: string }, callback?: Callback<void>): Promise<void>;
  answer(options?: {}, callback?: Callback<void>): Promise<void>;
  answer(callback: Callback<void>): Promise<void>;
  ring(options?: {}, callback?: Callback<void>): Promise<void>;
  ring(callback: Callback<void>): Promise<void>;
  ringStop(options?: {}, callback?: Callback<void>): Promise<void>;
  ringStop(callback: Callback<void>): Promise<void>;
  progress(options?: {}, callback?: Callback<void>): Promise<void>;
  progress(callback: Callback<void>): Promise<void>;
  sendDTMF(options?: { dtmf?: string; before?: number; between?: number; duration?: number; after?: number }, callback?: Callback<void>): Promise<void>;
  sendDTMF(callback: Callback<void>): Promise<void>;
  mute(options?: { direction?: string }, callback?: Callback<void>): Promise<void>;
  mute(callback: Callback<void>): Promise<void>;
  unmute(options?: { direction?: string }, callback?: Callback<void>): Promise<void>;
  unmute(callback: Callback<void>): Promise<void>;
  hold(options?: {}, callback?: Callback<void>): Promise<void>;
  hold(callback: Callback<void>): Promise<void>;
  unhold(options?: {}, callback?: Callback<void>): Promise<void>;
  unhold(callback: Callback<void>): Promise<void>;
  startMoh(options?: { mohClass?: string }, callback?: Callback<void>): Promise<void>;
  startMoh(callback: Callback<void>): Promise<void>;
  stopMoh(options?: {}, callback?: Callback<void>): Promise<void>;
  stopMoh(callback: Callback<void>): Promise<void>;
  startSilence(options?: {}, callback?: Callback<void>): Promise<void>;
  startSilence(callback: Callback<void>): Promise<void>;
  stopSilence(options?: {}, callback?: Callback<void>): Promise<void>;
  stopSilence(callback: Callback<void>): Promise<void>;
  play(options: { media: string | string[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, callback?: Callback<Playback>): Promise<Playback>;
  play(options: { media: string | string[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, instance: Playback, callback?: Callback<Playback>): Promise<Playback>;
  playWithId(options: { playbackId: string; media: string | string[]; lang?: string; offsetms?: number; skipms?: number }, callback?: Callback<Playback>): Promise<Playback>;
  record(options: { name?: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  record(options: { name?: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }, instance: LiveRecording, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  getChannelVar(options: { variable: string }, callback?: Callback<VariableData>): Promise<VariableData>;
  setChannelVar(options: { variable: string; value?: string; report_events?: boolean }, callback?: Callback<void>): Promise<void>;
  getChannelVars(options: { variables: Record<string, string> | Record<string, string>[] }, callback?: Callback<VariablesData>): Promise<VariablesData>;
  setChannelVars(options: { variables: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  snoopChannel(options: { spy?: string; whisper?: string; app: string; appArgs?: string; snoopId?: string }, callback?: Callback<Channel>): Promise<Channel>;
  snoopChannel(options: { spy?: string; whisper?: string; app: string; appArgs?: string; snoopId?: string }, instance: Channel, callback?: Callback<Channel>): Promise<Channel>;
  snoopChannelWithId(options: { snoopId: string; spy?: string; whisper?: string; app: string; appArgs?: string }, callback?: Callback<Channel>): Promise<Channel>;
  dial(options?: { caller?: string; timeout?: number }, callback?: Callback<void>): Promise<void>;
  dial(callback: Callback<void>): Promise<void>;
  rtpstatistics(options?: {}, callback?: Callback<RTPstatData>): Promise<RTPstatData>;
  rtpstatistics(callback: Callback<RTPstatData>): Promise<RTPstatData>;
  externalMedia(options: { channelId?: string; app: string; variables?: Record<string, string>; external_host?: string; encapsulation?: string; transport?: string; connection_type?: string; format: string; direction?: string; data?: string; transport_data?: string }, callback?: Callback<Channel>): Promise<Channel>;
  transfer_progress(options: { states: string }, callback?: Callback<void>): Promise<void>;
}

export interface DeviceState extends Instance, DeviceStateData {
  list(options?: {}, callback?: Callback<DeviceState[]>): Promise<DeviceState[]>;
  list(callback: Callback<DeviceState[]>): Promise<DeviceState[]>;
  get(options?: {}, callback?: Callback<DeviceState>): Promise<DeviceState>;
  get(callback: Callback<DeviceState>): Promise<DeviceState>;
  update(options: { deviceState: string }, callback?: Callback<void>): Promise<void>;
  delete(options?: {}, callback?: Callback<void>): Promise<void>;
  delete(callback: Callback<void>): Promise<void>;
}

export interface Endpoint extends Instance, EndpointData {
  list(options?: {}, callback?: Callback<Endpoint[]>): Promise<Endpoint[]>;
  list(callback: Callback<Endpoint[]>): Promise<Endpoint[]>;
  sendMessage(options: { to: string; from: string; body?: string; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  refer(options: { to: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  listByTech(options?: { tech?: string }, callback?: Callback<Endpoint[]>): Promise<Endpoint[]>;
  listByTech(callback: Callback<Endpoint[]>): Promise<Endpoint[]>;
  get(options?: { tech?: string; resource?: string }, callback?: Callback<Endpoint>): Promise<Endpoint>;
  get(callback: Callback<Endpoint>): Promise<Endpoint>;
  sendMessageToEndpoint(options: { tech?: string; resource?: string; from: string; body?: string; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  referToEndpoint(options: { tech?: string; resource?: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
}

export interface LiveRecording extends Instance, LiveRecordingData {
  listStored(options?: {}, callback?: Callback<StoredRecording[]>): Promise<StoredRecording[]>;
  listStored(callback: Callback<StoredRecording[]>): Promise<StoredRecording[]>;
  getStored(options?: {}, callback?: Callback<StoredRecording>): Promise<StoredRecording>;
  getStored(callback: Callback<StoredRecording>): Promise<StoredRecording>;
  deleteStored(options?: {}, callback?: Callback<void>): Promise<void>;
  deleteStored(callback: Callback<void>): Promise<void>;
  getStoredFile(options?: {}, callback?: Callback<Buffer>): Promise<Buffer>;
  getStoredFile(callback: Callback<Buffer>): Promise<Buffer>;
  copyStored(options: { destinationRecordingName: string }, callback?: Callback<StoredRecording>): Promise<StoredRecording>;
  getLive(options?: {}, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  getLive(callback: Callback<LiveRecording>): Promise<LiveRecording>;
  cancel(options?: {}, callback?: Callback<void>): Promise<void>;
  cancel(callback: Callback<void>): Promise<void>;
  stop(options?: {}, callback?: Callback<void>): Promise<void>;
  stop(callback: Callback<void>): Promise<void>;
  pause(options?: {}, callback?: Callback<void>): Promise<void>;
  pause(callback: Callback<void>): Promise<void>;
  unpause(options?: {}, callback?: Callback<void>): Promise<void>;
  unpause(callback: Callback<void>): Promise<void>;
  mute(options?: {}, callback?: Callback<void>): Promise<void>;
  mute(callback: Callback<void>): Promise<void>;
  unmute(options?: {}, callback?: Callback<void>): Promise<void>;
  unmute(callback: Callback<void>): Promise<void>;
}

export interface Mailbox extends Instance, MailboxData {
  list(options?: {}, callback?: Callback<Mailbox[]>): Promise<Mailbox[]>;
  list(callback: Callback<Mailbox[]>): Promise<Mailbox[]>;
  get(options?: {}, callback?: Callback<Mailbox>): Promise<Mailbox>;
  get(callback: Callback<Mailbox>): Promise<Mailbox>;
  update(options: { oldMessages: number; newMessages: number }, callback?: Callback<void>): Promise<void>;
  delete(options?: {}, callback?: Callback<void>): Promise<void>;
  delete(callback: Callback<void>): Promise<void>;
}

export interface Playback extends Instance, PlaybackData {
  get(options?: {}, callback?: Callback<Playback>): Promise<Playback>;
  get(callback: Callback<Playback>): Promise<Playback>;
  stop(options?: {}, callback?: Callback<void>): Promise<void>;
  stop(callback: Callback<void>): Promise<void>;
  control(options: { operation: string }, callback?: Callback<void>): Promise<void>;
}

export interface Sound extends Instance, SoundData {
  list(options?: { lang?: string; format?: string }, callback?: Callback<Sound[]>): Promise<Sound[]>;
  list(callback: Callback<Sound[]>): Promise<Sound[]>;
  get(options?: {}, callback?: Callback<Sound>): Promise<Sound>;
  get(callback: Callback<Sound>): Promise<Sound>;
}

export interface StoredRecording extends Instance, StoredRecordingData {
  listStored(options?: {}, callback?: Callback<StoredRecording[]>): Promise<StoredRecording[]>;
  listStored(callback: Callback<StoredRecording[]>): Promise<StoredRecording[]>;
  getStored(options?: {}, callback?: Callback<StoredRecording>): Promise<StoredRecording>;
  getStored(callback: Callback<StoredRecording>): Promise<StoredRecording>;
  deleteStored(options?: {}, callback?: Callback<void>): Promise<void>;
  deleteStored(callback: Callback<void>): Promise<void>;
  getStoredFile(options?: {}, callback?: Callback<Buffer>): Promise<Buffer>;
  getStoredFile(callback: Callback<Buffer>): Promise<Buffer>;
  copyStored(options: { destinationRecordingName: string }, callback?: Callback<StoredRecording>): Promise<StoredRecording>;
  getLive(options?: {}, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  getLive(callback: Callback<LiveRecording>): Promise<LiveRecording>;
  cancel(options?: {}, callback?: Callback<void>): Promise<void>;
  cancel(callback: Callback<void>): Promise<void>;
  stop(options?: {}, callback?: Callback<void>): Promise<void>;
  stop(callback: Callback<void>): Promise<void>;
  pause(options?: {}, callback?: Callback<void>): Promise<void>;
  pause(callback: Callback<void>): Promise<void>;
  unpause(options?: {}, callback?: Callback<void>): Promise<void>;
  unpause(callback: Callback<void>): Promise<void>;
  mute(options?: {}, callback?: Callback<void>): Promise<void>;
  mute(callback: Callback<void>): Promise<void>;
  unmute(options?: {}, callback?: Callback<void>): Promise<void>;
  unmute(callback: Callback<void>): Promise<void>;
}

export interface AsteriskResource {
  getObject(options: { configClass: string; objectType: string; id: string }, callback?: Callback<ConfigTupleData[]>): Promise<ConfigTupleData[]>;
  updateObject(options: { configClass: string; objectType: string; id: string; fields?: object }, callback?: Callback<ConfigTupleData[]>): Promise<ConfigTupleData[]>;
  deleteObject(options: { configClass: string; objectType: string; id: string }, callback?: Callback<void>): Promise<void>;
  getInfo(options?: { only?: string | string[] }, callback?: Callback<AsteriskInfoData>): Promise<AsteriskInfoData>;
  getInfo(callback: Callback<AsteriskInfoData>): Promise<AsteriskInfoData>;
  ping(options?: {}, callback?: Callback<AsteriskPingData>): Promise<AsteriskPingData>;
  ping(callback: Callback<AsteriskPingData>): Promise<AsteriskPingData>;
  listModules(options?: {}, callback?: Callback<ModuleData[]>): Promise<ModuleData[]>;
  listModules(callback: Callback<ModuleData[]>): Promise<ModuleData[]>;
  getModule(options: { moduleName: string }, callback?: Callback<ModuleData>): Promise<ModuleData>;
  loadModule(options: { moduleName: string }, callback?: Callback<void>): Promise<void>;
  unloadModule(options: { moduleName: string }, callback?: Callback<void>): Promise<void>;
  reloadModule(options: { moduleName: string }, callback?: Callback<void>): Promise<void>;
  listLogChannels(options?: {}, callback?: Callback<LogChannelData[]>): Promise<LogChannelData[]>;
  listLogChannels(callback: Callback<LogChannelData[]>): Promise<LogChannelData[]>;
  addLog(options: { logChannelName: string; configuration: string }, callback?: Callback<void>): Promise<void>;
  deleteLog(options: { logChannelName: string }, callback?: Callback<void>): Promise<void>;
  rotateLog(options: { logChannelName: string }, callback?: Callback<void>): Promise<void>;
  getGlobalVar(options: { variable: string }, callback?: Callback<VariableData>): Promise<VariableData>;
  setGlobalVar(options: { variable: string; value?: string }, callback?: Callback<void>): Promise<void>;
}

export interface EndpointsResource {
  list(options?: {}, callback?: Callback<Endpoint[]>): Promise<Endpoint[]>;
  list(callback: Callback<Endpoint[]>): Promise<Endpoint[]>;
  sendMessage(options: { to: string; from: string; body?: string; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  refer(options: { to: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  listByTech(options?: { tech?: string }, callback?: Callback<Endpoint[]>): Promise<Endpoint[]>;
  listByTech(callback: Callback<Endpoint[]>): Promise<Endpoint[]>;
  get(options?: { tech?: string; resource?: string }, callback?: Callback<Endpoint>): Promise<Endpoint>;
  get(callback: Callback<Endpoint>): Promise<Endpoint>;
  sendMessageToEndpoint(options: { tech?: string; resource?: string; from: string; body?: string; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  referToEndpoint(options: { tech?: string; resource?: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
}

export interface ChannelsResource {
  list(options?: {}, callback?: Callback<Channel[]>): Promise<Channel[]>;
  list(callback: Callback<Channel[]>): Promise<Channel[]>;
  originate(options: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, string>; channelId?: string; otherChannelId?: string; originator?: string; formats?: string }, callback?: Callback<Channel>): Promise<Channel>;
  create(options: { endpoint: string; app: string; appArgs?: string; channelId?: string; otherChannelId?: string; originator?: string; formats?: string; variables?: Record<string, string> }, callback?: Callback<Channel>): Promise<Channel>;
  get(options: { channelId: string }, callback?: Callback<Channel>): Promise<Channel>;
  originateWithId(options: { channelId: string; endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, string>; otherChannelId?: string; originator?: string; formats?: string }, callback?: Callback<Channel>): Promise<Channel>;
  hangup(options: { channelId: string; reason_code?: string; reason?: string }, callback?: Callback<void>): Promise<void>;
  continueInDialplan(options: { channelId: string; context?: string; extension?: string; priority?: number; label?: string }, callback?: Callback<void>): Promise<void>;
  move(options: { channelId: string; app: string; appArgs?: string }, callback?: Callback<void>): Promise<void>;
  redirect(options: { channelId: string; endpoint: string }, callback?: Callback<void>): Promise<void>;
  answer(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  ring(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  ringStop(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  progress(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  sendDTMF(options: { channelId: string; dtmf?: string; before?: number; between?: number; duration?: number; after?: number }, callback?: Callback<void>): Promise<void>;
  mute(options: { channelId: string; direction?: string }, callback?: Callback<void>): Promise<void>;
  unmute(options: { channelId: string; direction?: string }, callback?: Callback<void>): Promise<void>;
  hold(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  unhold(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  startMoh(options: { channelId: string; mohClass?: string }, callback?: Callback<void>): Promise<void>;
  stopMoh(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  startSilence(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  stopSilence(options: { channelId: string }, callback?: Callback<void>): Promise<void>;
  play(options: { channelId: string; media: string | string[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, callback?: Callback<Playback>): Promise<Playback>;
  playWithId(options: { channelId: string; playbackId: string; media: string | string[]; lang?: string; offsetms?: number; skipms?: number }, callback?: Callback<Playback>): Promise<Playback>;
  record(options: { channelId: string; name: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  getChannelVar(options: { channelId: string; variable: string }, callback?: Callback<VariableData>): Promise<VariableData>;
  setChannelVar(options: { channelId: string; variable: string; value?: string; report_events?: boolean }, callback?: Callback<void>): Promise<void>;
  getChannelVars(options: { channelId: string; variables: Record<string, string> | Record<string, string>[] }, callback?: Callback<VariablesData>): Promise<VariablesData>;
  setChannelVars(options: { channelId: string; variables: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  snoopChannel(options: { channelId: string; spy?: string; whisper?: string; app: string; appArgs?: string; snoopId?: string }, callback?: Callback<Channel>): Promise<Channel>;
  snoopChannelWithId(options: { channelId: string; snoopId: string; spy?: string; whisper?: string; app: string; appArgs?: string }, callback?: Callback<Channel>): Promise<Channel>;
  dial(options: { channelId: string; caller?: string; timeout?: number }, callback?: Callback<void>): Promise<void>;
  rtpstatistics(options: { channelId: string }, callback?: Callback<RTPstatData>): Promise<RTPstatData>;
  externalMedia(options: { channelId?: string; app: string; variables?: Record<string, string>; external_host?: string; encapsulation?: string; transport?: string; connection_type?: string; format: string; direction?: string; data?: string; transport_data?: string }, callback?: Callback<Channel>): Promise<Channel>;
  transfer_progress(options: { channelId: string; states: string }, callback?: Callback<void>): Promise<void>;
}

export interface BridgesResource {
  list(options?: {}, callback?: Callback<Bridge[]>): Promise<Bridge[]>;
  list(callback: Callback<Bridge[]>): Promise<Bridge[]>;
  create(options?: { type?: string; bridgeId?: string; name?: string; variables?: Record<string, string> }, callback?: Callback<Bridge>): Promise<Bridge>;
  create(callback: Callback<Bridge>): Promise<Bridge>;
  createWithId(options: { type?: string; bridgeId: string; name?: string; variables?: Record<string, string> }, callback?: Callback<Bridge>): Promise<Bridge>;
  get(options: { bridgeId: string }, callback?: Callback<Bridge>): Promise<Bridge>;
  destroy(options: { bridgeId: string }, callback?: Callback<void>): Promise<void>;
  getBridgeVar(options: { bridgeId: string; variable: string }, callback?: Callback<VariableData>): Promise<VariableData>;
  setBridgeVar(options: { bridgeId: string; variable: string; value?: string; report_events?: boolean }, callback?: Callback<void>): Promise<void>;
  getBridgeVars(options: { bridgeId: string; variables: Record<string, string> | Record<string, string>[] }, callback?: Callback<VariablesData>): Promise<VariablesData>;
  setBridgeVars(options: { bridgeId: string; variables: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  addChannel(options: { bridgeId: string; channel: string | string[]; role?: string; absorbDTMF?: boolean; mute?: boolean; inhibitConnectedLineUpdates?: boolean }, callback?: Callback<void>): Promise<void>;
  removeChannel(options: { bridgeId: string; channel: string | string[] }, callback?: Callback<void>): Promise<void>;
  setVideoSource(options: { bridgeId: string; channelId: string }, callback?: Callback<void>): Promise<void>;
  clearVideoSource(options: { bridgeId: string }, callback?: Callback<void>): Promise<void>;
  startMoh(options: { bridgeId: string; mohClass?: string }, callback?: Callback<void>): Promise<void>;
  stopMoh(options: { bridgeId: string }, callback?: Callback<void>): Promise<void>;
  play(options: { bridgeId: string; media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }, callback?: Callback<Playback>): Promise<Playback>;
  playWithId(options: { bridgeId: string; playbackId: string; media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number }, callback?: Callback<Playback>): Promise<Playback>;
  record(options: { bridgeId: string; name: string; format: string; recorder_format?: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
}

export interface RecordingsResource {
  listStored(options?: {}, callback?: Callback<StoredRecording[]>): Promise<StoredRecording[]>;
  listStored(callback: Callback<StoredRecording[]>): Promise<StoredRecording[]>;
  getStored(options: { recordingName: string }, callback?: Callback<StoredRecording>): Promise<StoredRecording>;
  deleteStored(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
  getStoredFile(options: { recordingName: string }, callback?: Callback<Buffer>): Promise<Buffer>;
  copyStored(options: { recordingName: string; destinationRecordingName: string }, callback?: Callback<StoredRecording>): Promise<StoredRecording>;
  getLive(options: { recordingName: string }, callback?: Callback<LiveRecording>): Promise<LiveRecording>;
  cancel(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
  stop(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
  pause(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
  unpause(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
  mute(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
  unmute(options: { recordingName: string }, callback?: Callback<void>): Promise<void>;
}

export interface SoundsResource {
  list(options?: { lang?: string; format?: string }, callback?: Callback<Sound[]>): Promise<Sound[]>;
  list(callback: Callback<Sound[]>): Promise<Sound[]>;
  get(options: { soundId: string }, callback?: Callback<Sound>): Promise<Sound>;
}

export interface PlaybacksResource {
  get(options: { playbackId: string }, callback?: Callback<Playback>): Promise<Playback>;
  stop(options: { playbackId: string }, callback?: Callback<void>): Promise<void>;
  control(options: { playbackId: string; operation: string }, callback?: Callback<void>): Promise<void>;
}

export interface DeviceStatesResource {
  list(options?: {}, callback?: Callback<DeviceState[]>): Promise<DeviceState[]>;
  list(callback: Callback<DeviceState[]>): Promise<DeviceState[]>;
  get(options: { deviceName: string }, callback?: Callback<DeviceState>): Promise<DeviceState>;
  update(options: { deviceName: string; deviceState: string }, callback?: Callback<void>): Promise<void>;
  delete(options: { deviceName: string }, callback?: Callback<void>): Promise<void>;
}

export interface MailboxesResource {
  list(options?: {}, callback?: Callback<Mailbox[]>): Promise<Mailbox[]>;
  list(callback: Callback<Mailbox[]>): Promise<Mailbox[]>;
  get(options: { mailboxName: string }, callback?: Callback<Mailbox>): Promise<Mailbox>;
  update(options: { mailboxName: string; oldMessages: number; newMessages: number }, callback?: Callback<void>): Promise<void>;
  delete(options: { mailboxName: string }, callback?: Callback<void>): Promise<void>;
}

export interface EventsResource {
  userEvent(options: { eventName: string; application: string; source?: string | string[]; variables?: Record<string, string> }, callback?: Callback<void>): Promise<void>;
  claimChannel(options: { channelId: string; application: string }, callback?: Callback<void>): Promise<void>;
}

export interface ApplicationsResource {
  list(options?: {}, callback?: Callback<Application[]>): Promise<Application[]>;
  list(callback: Callback<Application[]>): Promise<Application[]>;
  get(options: { applicationName: string }, callback?: Callback<Application>): Promise<Application>;
  subscribe(options: { applicationName: string; eventSource: string | string[] }, callback?: Callback<Application>): Promise<Application>;
  unsubscribe(options: { applicationName: string; eventSource: string | string[] }, callback?: Callback<Application>): Promise<Application>;
  filter(options: { applicationName: string; filter?: object }, callback?: Callback<Application>): Promise<Application>;
}

export interface Resources {
  readonly asterisk: AsteriskResource;
  readonly endpoints: EndpointsResource;
  readonly channels: ChannelsResource;
  readonly bridges: BridgesResource;
  readonly recordings: RecordingsResource;
  readonly sounds: SoundsResource;
  readonly playbacks: PlaybacksResource;
  readonly deviceStates: DeviceStatesResource;
  readonly mailboxes: MailboxesResource;
  readonly events: EventsResource;
  readonly applications: ApplicationsResource;
}

export interface EventMap {
  MissingParams: [event: MissingParamsData, resources: undefined];
  DeviceStateChanged: [event: DeviceStateChangedData, resources: DeviceState];
  PlaybackStarted: [event: PlaybackStartedData, resources: Playback];
  PlaybackContinuing: [event: PlaybackContinuingData, resources: Playback];
  PlaybackFinished: [event: PlaybackFinishedData, resources: Playback];
  RecordingStarted: [event: RecordingStartedData, resources: LiveRecording];
  RecordingFinished: [event: RecordingFinishedData, resources: LiveRecording];
  RecordingFailed: [event: RecordingFailedData, resources: LiveRecording];
  ApplicationMoveFailed: [event: ApplicationMoveFailedData, resources: Channel];
  ApplicationRegistered: [event: ApplicationRegisteredData, resources: undefined];
  ApplicationUnregistered: [event: ApplicationUnregisteredData, resources: undefined];
  ApplicationReplaced: [event: ApplicationReplacedData, resources: undefined];
  BridgeCreated: [event: BridgeCreatedData, resources: Bridge];
  BridgeDestroyed: [event: BridgeDestroyedData, resources: Bridge];
  BridgeMerged: [event: BridgeMergedData, resources: { bridge: Bridge; bridge_from: Bridge }];
  BridgeBlindTransfer: [event: BridgeBlindTransferData, resources: Channel];
  BridgeAttendedTransfer: [event: BridgeAttendedTransferData, resources: { transferer_first_leg: Channel; transferer_second_leg: Channel; replace_channel?: Channel; transferee?: Channel; transfer_target?: Channel; transferer_first_leg_bridge?: Bridge; transferer_second_leg_bridge?: Bridge; destination_link_first_leg?: Channel; destination_link_second_leg?: Channel; destination_threeway_channel?: Channel; destination_threeway_bridge?: Bridge }];
  BridgeVideoSourceChanged: [event: BridgeVideoSourceChangedData, resources: Bridge];
  ChannelCreated: [event: ChannelCreatedData, resources: Channel];
  ChannelDestroyed: [event: ChannelDestroyedData, resources: Channel];
  ChannelEnteredBridge: [event: ChannelEnteredBridgeData, resources: Bridge];
  ChannelLeftBridge: [event: ChannelLeftBridgeData, resources: { bridge: Bridge; channel: Channel }];
  ChannelStateChange: [event: ChannelStateChangeData, resources: Channel];
  ChannelDtmfReceived: [event: ChannelDtmfReceivedData, resources: Channel];
  ChannelDialplan: [event: ChannelDialplanData, resources: Channel];
  ChannelCallerId: [event: ChannelCallerIdData, resources: Channel];
  ChannelUserevent: [event: ChannelUsereventData, resources: { channel?: Channel; bridge?: Bridge; endpoint?: Endpoint } | Channel | Bridge | Endpoint | undefined];
  ChannelHangupRequest: [event: ChannelHangupRequestData, resources: Channel];
  ChannelVarset: [event: ChannelVarsetData, resources: Channel | undefined];
  ChannelToneDetected: [event: ChannelToneDetectedData, resources: Channel];
  ChannelTalkingStarted: [event: ChannelTalkingStartedData, resources: Channel];
  ChannelTalkingFinished: [event: ChannelTalkingFinishedData, resources: Channel];
  ChannelHold: [event: ChannelHoldData, resources: Channel];
  ChannelUnhold: [event: ChannelUnholdData, resources: Channel];
  ContactStatusChange: [event: ContactStatusChangeData, resources: Endpoint];
  EndpointStateChange: [event: EndpointStateChangeData, resources: Endpoint];
  Dial: [event: DialData, resources: Channel];
  StasisEnd: [event: StasisEndData, resources: Channel];
  StasisStart: [event: StasisStartData, resources: Channel];
  TextMessageReceived: [event: TextMessageReceivedData, resources: Endpoint | undefined];
  ChannelConnectedLine: [event: ChannelConnectedLineData, resources: Channel];
  PeerStatusChange: [event: PeerStatusChangeData, resources: Endpoint];
  ChannelTransfer: [event: ChannelTransferData, resources: undefined];
  RESTResponse: [event: RESTResponseData, resources: undefined];
  CallBroadcast: [event: CallBroadcastData, resources: Channel];
  CallClaimed: [event: CallClaimedData, resources: Channel];
}
