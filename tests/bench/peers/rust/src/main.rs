//! netlink-packet-route: PROGRAM JOB COUNT, and a line of JSON for each line that is read.

use netlink_packet_route::constants::*;
use netlink_packet_route::{LinkMessage, NeighbourMessage, NetlinkHeader, NetlinkMessage, NetlinkPayload, RouteMessage, RtnlMessage};
use netlink_sys::{protocols::NETLINK_ROUTE, Socket, SocketAddr};
use std::io::BufRead;
use std::time::Instant;

fn cpu(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Asks for a dump and keeps all messages of it, decoded.
fn dump(socket: &Socket, request: RtnlMessage) -> Vec<RtnlMessage> {
    let header = NetlinkHeader { flags: NLM_F_REQUEST | NLM_F_DUMP, ..Default::default() };
    let mut packet = NetlinkMessage { header, payload: NetlinkPayload::from(request) };
    packet.finalize();
    let mut bytes = vec![0; packet.header.length as usize];
    packet.serialize(&mut bytes);
    socket.send(&bytes, 0).expect("send");
    let mut buffer = vec![0; 32768];
    let mut kept = Vec::new();
    loop {
        let size = socket.recv(&mut &mut buffer[..], 0).expect("recv");
        let mut offset = 0;
        while offset < size {
            let message = <NetlinkMessage<RtnlMessage>>::deserialize(&buffer[offset..size]).expect("a message");
            let length = message.header.length as usize;
            match message.payload {
                NetlinkPayload::Done => return kept,
                NetlinkPayload::InnerMessage(inner) => kept.push(inner),
                other => panic!("{other:?}"),
            }
            offset += (length + 3) & !3;
        }
    }
}

fn request(job: &str) -> RtnlMessage {
    match job {
        "routes" => {
            let mut message = RouteMessage::default();
            message.header.address_family = AF_INET as u8;
            RtnlMessage::GetRoute(message)
        }
        "neighbours" => {
            let mut message = NeighbourMessage::default();
            message.header.family = AF_INET as u8;
            RtnlMessage::GetNeighbour(message)
        }
        "links" => RtnlMessage::GetLink(LinkMessage::default()),
        _ => panic!("no job {job}"),
    }
}

fn main() {
    let job = std::env::args().nth(1).expect("a job");
    let mut socket = Socket::new(NETLINK_ROUTE).expect("socket");
    socket.bind_auto().expect("bind");
    socket.connect(&SocketAddr::new(0, 0)).expect("connect");
    println!("ready");
    for _ in std::io::stdin().lock().lines() {
        let (start, thread, process) =
            (Instant::now(), cpu(libc::CLOCK_THREAD_CPUTIME_ID), cpu(libc::CLOCK_PROCESS_CPUTIME_ID));
        let count = dump(&socket, request(&job)).len();
        println!(
            "{{\"cpu\":{},\"process\":{},\"wall\":{},\"count\":{count}}}",
            cpu(libc::CLOCK_THREAD_CPUTIME_ID) - thread,
            cpu(libc::CLOCK_PROCESS_CPUTIME_ID) - process,
            start.elapsed().as_nanos(),
        );
    }
}
