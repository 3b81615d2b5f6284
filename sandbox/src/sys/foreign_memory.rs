//! Reading the memory of another process.
#![expect(unsafe_code, reason = "`process_vm_readv` has no safe binding")]

use rustix::io::Errno;

/// Copies what stands at `address` of that process or thread into `into`, and returns how many bytes it was: fewer
/// where the memory ends. A read of nothing is an error.
///
/// `FAULT`: nothing is mapped there. `PERM`: the process is not ours to read, as one that made itself undumpable.
/// `SRCH`: it is gone.
pub(crate) fn read(process: u32, address: u64, into: &mut [u8]) -> Result<usize, Errno> {
    let process = libc::pid_t::try_from(process).map_err(|_| Errno::SRCH)?;
    let address = usize::try_from(address).map_err(|_| Errno::FAULT)?;
    let local = libc::iovec {
        iov_base: into.as_mut_ptr().cast(),
        iov_len: into.len(),
    };
    let remote = libc::iovec {
        iov_base: std::ptr::without_provenance_mut(address),
        iov_len: into.len(),
    };
    // SAFETY: both vectors live through the call, `local` is the whole of an exclusive slice, and the kernel checks
    // `remote` against the other process's memory.
    let read = unsafe { libc::process_vm_readv(process, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(read).map_err(|_| super::fork::last_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reads_oneself_and_nothing_where_nothing_is() {
        let text = *b"what stands here";
        let mut into = [0; 16];
        let address = u64::try_from(text.as_ptr().addr()).unwrap();
        assert_eq!(read(std::process::id(), address, &mut into), Ok(16));
        assert_eq!(into, text);
        assert_eq!(read(std::process::id(), 8, &mut into), Err(Errno::FAULT));
        assert_eq!(read(u32::MAX, address, &mut into), Err(Errno::SRCH));
    }
}
