//! Which system calls are refused, and the program that refuses them.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::step::Filter;
#[cfg(target_arch = "x86_64")]
use crate::bpf::AT_LEAST;
use crate::bpf::{ARCHITECTURE, EQUAL, Instruction, NATIVE, NUMBER, answer, jump, load, search};

/// Which sockets may be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sockets {
    /// Those inside this machine's own files.
    Unix,
    /// And those of the internet protocols.
    Internet,
}

/// Whose memory, semaphores and message queues a command finds by their System V keys and POSIX names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Objects {
    /// Its own: it has a namespace of its own for them.
    Own,
    /// Those of all processes of its user. It gets none.
    Everyones,
}

/// Calls to objects that no rule over files is about, and that outlive who made them.
const OBJECTS: &[i64] = &[
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// Calls that no build, test or tool of every day needs, and that open ways out: other processes' memory, mounts,
/// namespaces, kernel code, tracing, keys, clocks, raw hardware.
const REFUSED: &[i64] = &[
    // other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // what hides calls from a filter, or gives a process hold of its own faults
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    // mounts and roots
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    OPEN_TREE_ATTR,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // files by number instead of by name
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // namespaces
    libc::SYS_setns,
    // kernel code and tracing
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_syslog,
    libc::SYS_lookup_dcookie,
    // keys, which no namespace divides
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // the machine
    libc::SYS_reboot,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
    libc::SYS_nfsservctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_uselib,
    #[cfg(target_arch = "x86_64")]
    libc::SYS__sysctl,
];

/// `open_tree_attr(2)`, of Linux 6.15; the same number on every architecture.
const OPEN_TREE_ATTR: i64 = 467;

/// The namespaces that a new process may ask for, bit by bit; `CLONE_NEWTIME` stands for unshare(2) alone, its bit is
/// part of the exit signal in clone(2).
const NEW_NAMESPACES: &[i32] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];

/// `CLONE_NEWTIME` of unshare(2).
const NEW_TIME: i32 = 0x80;

/// The program that refuses what is refused. It is the same for a whole plan and costs a fraction of a millisecond.
///
/// The kernel runs it for every number ahead, to know which calls are always allowed: it costs less at the start of a
/// command if it comes to each number in few instructions.
///
/// # Errors
/// None for the tables above; the compiler of conditions may refuse what is too long.
pub(crate) fn refusing(sockets: Sockets, objects: Objects) -> Result<Filter, BackendError> {
    let closed = match objects {
        Objects::Own => &[][..],
        Objects::Everyones => OBJECTS,
    };
    let mut calls: BTreeMap<i64, Vec<Instruction>> = REFUSED
        .iter()
        .chain(closed)
        .map(|call| (*call, vec![answer(NOT_PERMITTED)]))
        .collect();
    for (call, rules) in conditional(sockets)? {
        calls.insert(call, list(BTreeMap::from([(call, rules)]))?);
    }
    let calls: Vec<(u32, Vec<Instruction>)> = calls
        .into_iter()
        .filter_map(|(number, told)| Some((u32::try_from(number).ok()?, told)))
        .collect();
    let mut program = prologue();
    program.extend(search(&calls));
    Ok(Filter {
        word: match sockets {
            Sockets::Unix => "refuse dangerous system calls, and all sockets but unix ones",
            Sockets::Internet => "refuse dangerous system calls, and all sockets but unix and internet ones",
        },
        program,
    })
}

/// What a refused call is told.
const NOT_PERMITTED: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs();

/// Calls that are refused for some of their arguments.
fn conditional(sockets: Sockets) -> Result<[(i64, Vec<SeccompRule>); 7], BackendError> {
    let new_namespaces = |also: &[i32]| -> Result<Vec<SeccompRule>, BackendError> {
        NEW_NAMESPACES
            .iter()
            .chain(also)
            .map(|bit| rule(&[has(0, *bit)?]))
            .collect()
    };
    Ok([
        (libc::SYS_clone, new_namespaces(&[])?),
        (libc::SYS_unshare, new_namespaces(&[NEW_TIME])?),
        (libc::SYS_socket, refused_sockets(sockets)?),
        (libc::SYS_socketpair, vec![rule(&[is_not(0, libc::AF_UNIX)?])?]),
        // Characters that a terminal takes for typed ones, by the low half of the word: the kernel looks at no more.
        (
            libc::SYS_ioctl,
            vec![rule(&[is(1, TIOCSTI)?])?, rule(&[is(1, TIOCLINUX)?])?],
        ),
        // Asking for the personality stays, and so does the ordinary one.
        (
            libc::SYS_personality,
            vec![rule(&[is_not(0, 0)?, is_not(0, -1)?])?],
        ),
        // The limits of another process, whose number may be its own, are asked for and not set: a process that has used
        // more than it is given is killed.
        (libc::SYS_prlimit64, vec![rule(&[is_not(0, 0)?, is_some(2)?])?]),
    ])
}

/// The calls one after the other: each refused if it has no rules, or one that holds for its arguments. Ends with an
/// answer.
fn list(rules: BTreeMap<i64, Vec<SeccompRule>>) -> Result<Vec<Instruction>, BackendError> {
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, architecture)?;
    let program: BpfProgram = filter.try_into()?;
    let instructions = program.iter().map(|one| Instruction {
        code: one.code,
        yes: one.jt,
        no: one.jf,
        operand: one.k,
    });
    Ok(instructions.collect())
}

const TIOCSTI: i32 = 0x5412;
const TIOCLINUX: i32 = 0x541c;

fn refused_sockets(sockets: Sockets) -> Result<Vec<SeccompRule>, BackendError> {
    let mut others = vec![is_not(0, libc::AF_UNIX)?, is_not(0, libc::AF_NETLINK)?];
    if sockets == Sockets::Internet {
        others.push(is_not(0, libc::AF_INET)?);
        others.push(is_not(0, libc::AF_INET6)?);
    }
    // Of netlink there stays what lists addresses and routes: the C library asks it for them.
    let netlink = [is(0, libc::AF_NETLINK)?, is_not(2, libc::NETLINK_ROUTE)?];
    Ok(vec![rule(&others)?, rule(&netlink)?])
}

fn rule(conditions: &[SeccompCondition]) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions.to_vec())
}

fn is(argument: u8, value: i32) -> Result<SeccompCondition, BackendError> {
    compare(argument, SeccompCmpOp::Eq, value)
}

fn is_not(argument: u8, value: i32) -> Result<SeccompCondition, BackendError> {
    compare(argument, SeccompCmpOp::Ne, value)
}

/// Whether a pointer is not null.
fn is_some(argument: u8) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)
}

fn has(argument: u8, bit: i32) -> Result<SeccompCondition, BackendError> {
    compare(argument, SeccompCmpOp::MaskedEq(low(bit)), bit)
}

fn compare(argument: u8, operator: SeccompCmpOp, value: i32) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, low(value))
}

/// A C integer as the low half of a register.
fn low(value: i32) -> u64 {
    u64::from(value.cast_unsigned())
}

/// Calls of the x32 interface, which has other numbers for the same calls.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// What comes first: calls of another architecture end the process, for their numbers mean other calls; the x32
/// interface and clone3(2), whose flags no filter can read, are said not to exist, and programs use the older call.
fn prologue() -> Vec<Instruction> {
    let unknown = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
    let clone3 = u32::try_from(libc::SYS_clone3).unwrap_or(u32::MAX);
    vec![
        load(ARCHITECTURE),
        jump(EQUAL, NATIVE, 1, 0),
        answer(libc::SECCOMP_RET_KILL_PROCESS),
        load(NUMBER),
        #[cfg(target_arch = "x86_64")]
        jump(AT_LEAST, X32, 1, 0),
        jump(EQUAL, clone3, 0, 1),
        answer(unknown),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::run;

    fn programs() -> [(Sockets, Vec<Instruction>); 2] {
        [
            (Sockets::Unix, Objects::Everyones),
            (Sockets::Internet, Objects::Own),
        ]
        .map(|(sockets, objects)| (sockets, refusing(sockets, objects).unwrap().program))
    }

    #[test]
    fn the_program_is_short_enough_for_the_kernel_and_quick_for_every_call() {
        for (sockets, program) in programs() {
            let length = program.len();
            assert!(length < 500, "{length} instructions");
            let steps = |number: u32| run(&program, NATIVE, number, [0; 6]).1;
            let most = (0..700).map(steps).max().unwrap();
            assert!(most <= 60, "{sockets:?}: {most} instructions");
            let read = u32::try_from(libc::SYS_read).unwrap();
            assert!(steps(read) <= 16, "{sockets:?}: {} instructions", steps(read));
        }
    }

    #[test]
    fn what_is_picked_is_what_a_list_of_all_rules_says() {
        let low = |value: i32| u64::from(value.cast_unsigned());
        let mut words = vec![0, 1, 2, 3, 16, 17, 40, u64::MAX, low(-1)];
        words.extend([TIOCSTI, TIOCLINUX, NEW_TIME, libc::SIGCHLD].map(low));
        words.extend(NEW_NAMESPACES.iter().map(|bit| low(*bit)));
        words.extend(NEW_NAMESPACES.iter().map(|bit| low(*bit | libc::SIGCHLD)));
        words.extend(words.clone().iter().map(|word| word | 0xFFFF_FFFF_0000_0000));
        for (sockets, program) in programs() {
            let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
                REFUSED.iter().map(|call| (*call, Vec::new())).collect();
            if sockets == Sockets::Unix {
                rules.extend(OBJECTS.iter().map(|call| (*call, Vec::new())));
            }
            rules.extend(conditional(sockets).unwrap());
            let by_argument = conditional(sockets).unwrap().map(|(call, _)| call);
            let listed = list(rules).unwrap();
            for number in 0..700 {
                if i64::from(number) == libc::SYS_clone3 {
                    continue;
                }
                // Only these look at arguments.
                let takes_part = by_argument.contains(&i64::from(number));
                for first in words.iter().take(if takes_part { words.len() } else { 1 }) {
                    for second in [0, 1, low(TIOCSTI), low(TIOCLINUX)] {
                        for third in [0, 4, 15] {
                            let arguments = [*first, second, third, 0, 0, 0];
                            assert_eq!(
                                run(&program, NATIVE, number, arguments).0,
                                run(&listed, NATIVE, number, arguments).0,
                                "{sockets:?}: {number} of {arguments:x?}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn other_interfaces_are_refused_whole() {
        let clone3 = u32::try_from(libc::SYS_clone3).unwrap();
        let unknown = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs();
        for (_, program) in programs() {
            assert_eq!(run(&program, NATIVE, clone3, [0; 6]).0, unknown);
            #[cfg(target_arch = "x86_64")]
            for number in [X32, X32 + 1, u32::MAX] {
                assert_eq!(run(&program, NATIVE, number, [0; 6]).0, unknown);
            }
            let foreign = run(&program, NATIVE ^ 1, 0, [0; 6]).0;
            assert_eq!(foreign, libc::SECCOMP_RET_KILL_PROCESS);
        }
    }
}
