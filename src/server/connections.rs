//! Connections: so many at once, and none that stays silent for ever.
//!
//! Promises: a connection over the limit waits in the listener's backlog until
//! another ends; one that sends nothing for too long, not even the answer to a
//! ping, is closed, whether it ever began to speak or not (I8).
//! Leaves to others: what travels over it (TLS, HTTP/2).

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep},
};
use tokio_stream::{Stream, StreamExt};
use tonic::transport::server::{Connected, TcpConnectInfo, TcpIncoming};

/// The connections of a listener, at most so many at once.
pub fn bounded(incoming: TcpIncoming, at_once: usize, silence: Duration) -> impl Stream<Item = io::Result<Connection>> {
    let places = Arc::new(Semaphore::new(at_once));
    incoming.then(move |accepted| {
        let places = Arc::clone(&places);
        async move {
            let stream = accepted?;
            let place = places.acquire_owned().await.map_err(io::Error::other)?;
            Ok(Connection { stream, silence, silent: Box::pin(tokio::time::sleep(silence)), _place: place })
        }
    })
}

/// One connection with its place among all.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    silence: Duration,
    /// Ends when nothing came for so long.
    silent: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(cx, buffer) {
            Poll::Ready(read) => {
                let until = Instant::now() + self.silence;
                self.silent.as_mut().reset(until);
                Poll::Ready(read)
            }
            Poll::Pending => self.silent.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}
