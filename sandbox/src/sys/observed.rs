//! A command under a filter that notifies, for tests: no confinement.
#![expect(
    unsafe_code,
    reason = "what runs between fork and exec is for the kernel alone"
)]

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, IntoRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

use super::seccomp::install_told;
use crate::bpf::Instruction;

/// Starts the command under the program, and hands over the descriptor.
pub(crate) fn run_observed(command: &mut Command, program: Vec<Instruction>) -> io::Result<(Child, OwnedFd)> {
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let confine = move || {
        rustix::thread::set_no_new_privs(true)?;
        let listener = install_told(&program)?;
        let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut room);
        let descriptors = [listener.as_fd()];
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
        sendmsg(&theirs, &[IoSlice::new(b"x")], &mut ancillary, SendFlags::empty())?;
        Ok(())
    };
    before_exec(command, confine);
    let child = command.spawn()?;
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut room);
    let mut byte = [0];
    recvmsg(
        &ours,
        &mut [IoSliceMut::new(&mut byte)],
        &mut ancillary,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    let listener = ancillary
        .drain()
        .find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            RecvAncillaryMessage::ScmCredentials(_) | _ => None,
        })
        .and_then(|mut descriptors| descriptors.next())
        .ok_or_else(|| io::Error::other("no listener came"))?;
    Ok((child, listener))
}

/// Lets the command start under a listener of its own that nobody answers.
pub(crate) fn under_listener(command: &mut Command, program: Vec<Instruction>) {
    before_exec(command, move || {
        rustix::thread::set_no_new_privs(true)?;
        // It has to stay open.
        let _left = install_told(&program)?.into_raw_fd();
        Ok(())
    });
}

/// Starts the command forked as [`run_observed`] does it, with nothing else.
pub(crate) fn run_forked(command: &mut Command) -> io::Result<Child> {
    before_exec(command, || Ok(rustix::thread::set_no_new_privs(true)?));
    command.spawn()
}

/// Lets the forked child do this, which makes system calls and little more, after what was asked for earlier.
pub(crate) fn before_exec(
    command: &mut Command,
    step: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: the steps of tests take no lock that another thread of the test may hold.
    unsafe { command.pre_exec(step) };
}
