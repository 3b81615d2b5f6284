//! The descriptors that are closed: what lies between those that are kept.

/// The stretches between numbers, from the first descriptor that is no stream.
pub(super) fn gaps(mut kept: Vec<u32>) -> Vec<(u32, u32)> {
    kept.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = 3;
    for number in kept {
        if number < next {
            continue;
        }
        if let Some(last) = number.checked_sub(1)
            && last >= next
        {
            gaps.push((next, last));
        }
        next = number.saturating_add(1);
    }
    gaps.push((next, u32::MAX));
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_between_is_closed() {
        for (kept, expected) in [
            (vec![0, 1, 2], vec![(3, u32::MAX)]),
            (vec![0, 1, 2, 5, 3], vec![(4, 4), (6, u32::MAX)]),
            (vec![9, 9, 2, 7, 8], vec![(3, 6), (10, u32::MAX)]),
        ] {
            assert_eq!(gaps(kept), expected);
        }
    }
}
