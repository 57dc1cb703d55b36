//! The engine's part in calls over WebSocket, as JavaScript has it.

use napi::bindgen_prelude::{Buffer, Result};
use napi_derive::napi;

use super::engine::Engine;
use super::options::ListenOptions;
use super::results::Listening;
use super::websocket::{
    Attached, UpgradeRequest, WebSocketAcceptance, WebSocketDialOptions, WebSocketServerOptions,
    pairs,
};
use crate::net::{self, Command};

#[napi]
impl Engine {
    /// Binds, listens and returns.
    #[napi]
    pub fn listen_web_socket(
        &self,
        listen: ListenOptions,
        options: WebSocketServerOptions,
    ) -> Result<Listening> {
        Ok(self.engine.listen(&listen.try_into()?, options.try_into()?).into())
    }

    /// Opens a server that sockets are handed over to, and gives its number.
    #[napi]
    pub fn open_web_socket_server(&self, options: WebSocketServerOptions) -> Result<u32> {
        Ok(self.engine.open_server(options.try_into()?)?)
    }

    /// Hands a socket over; its bytes follow with `pipe_write`.
    #[napi]
    pub fn attach(&self, server: u32, request: UpgradeRequest) -> Result<Attached> {
        Ok(self.engine.attach(server, request.try_into()?)?.into())
    }

    /// Bytes of a socket that was handed over. False if `Drain` is to be waited for.
    #[napi]
    pub fn pipe_write(&self, id: u32, bytes: &[u8]) -> bool {
        self.engine.pipe_write(id, bytes)
    }

    /// A socket that was handed over is gone.
    #[napi]
    pub fn pipe_end(&self, id: u32) {
        self.engine.pipe_end(id);
    }

    /// Answers `Upgrade`. False if nobody waits for it any more.
    #[napi]
    pub fn accept_upgrade(
        &self,
        server: u32,
        id: u32,
        acceptance: WebSocketAcceptance,
    ) -> Result<bool> {
        Ok(self.engine.answer(server, id, acceptance.try_into()?))
    }

    /// Answers `Upgrade` with an HTTP answer.
    #[napi]
    pub fn refuse_upgrade(
        &self,
        server: u32,
        id: u32,
        status: u16,
        headers: Vec<String>,
        body: Buffer,
    ) -> bool {
        let (headers, body) = (pairs(headers), body.to_vec());
        self.engine.answer(server, id, net::Answer::Refuse { status, headers, body })
    }

    /// Gives the number of a call that is being placed.
    #[napi]
    pub fn connect_web_socket(&self, options: WebSocketDialOptions) -> Result<u32> {
        Ok(self.engine.connect_websocket(options.try_into()?)?)
    }

    /// False if there is no room for more, or the call is gone.
    #[napi]
    pub fn send_text(&self, id: u32, text: String) -> bool {
        self.line(id).is_some_and(|line| line.command(Command::Text(text)))
    }

    /// Asks the peer to answer the call.
    #[napi]
    pub fn answer_call(&self, id: u32) {
        self.with(id, |line| {
            line.command(Command::Answer);
        });
    }
}
