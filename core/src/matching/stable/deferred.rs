//! Deferred acceptance: proposals in the order of the lists, held until a better one comes.
use std::collections::BinaryHeap;

use super::lists::{NONE, Side, Ticker};
use crate::Context;
use crate::error::Result;

/// The stable matching that every proposer likes best: the partner of each proposer, [`NONE`] for nobody.
///
/// Who is on only one of two lists is not a pair. O(entries).
pub(super) fn one_to_one(proposers: &Side, receivers: &Side, context: &Context) -> Result<Vec<u32>> {
    let mut ticker = Ticker::new(context);
    let mut next = vec![0_u32; proposers.len()];
    let mut partner = vec![NONE; proposers.len()];
    // The place on the receiver's list and the person there.
    let mut held = vec![(NONE, NONE); receivers.len()];
    for start in 0..proposers.len() as u32 {
        let mut proposer = start;
        while let Some(&receiver) = proposers.list(proposer).get(next[proposer as usize] as usize) {
            ticker.step()?;
            next[proposer as usize] += 1;
            let place = receivers.place(receiver, proposer);
            let holds = &mut held[receiver as usize];
            if place < holds.0 {
                let left = holds.1;
                *holds = (place, proposer);
                partner[proposer as usize] = receiver;
                if left == NONE {
                    break;
                }
                partner[left as usize] = NONE;
                proposer = left;
            }
        }
    }
    Ok(partner)
}

/// The stable matching that every resident likes best: the hospital of each.
pub(super) fn resident_optimal(
    residents: &Side,
    hospitals: &Side,
    seats: &[usize],
    context: &Context,
) -> Result<Vec<u32>> {
    let mut ticker = Ticker::new(context);
    let mut next = vec![0_u32; residents.len()];
    let mut partner = vec![NONE; residents.len()];
    // The place of each resident held, the worst on top.
    let mut held: Vec<BinaryHeap<(u32, u32)>> = vec![BinaryHeap::new(); hospitals.len()];
    for start in 0..residents.len() as u32 {
        let mut resident = start;
        while let Some(&hospital) = residents.list(resident).get(next[resident as usize] as usize) {
            ticker.step()?;
            next[resident as usize] += 1;
            let place = hospitals.place(hospital, resident);
            if place == NONE {
                continue;
            }
            let holds = &mut held[hospital as usize];
            holds.push((place, resident));
            partner[resident as usize] = hospital;
            if holds.len() <= seats[hospital as usize] {
                break;
            }
            if let Some((_, worst)) = holds.pop() {
                partner[worst as usize] = NONE;
                resident = worst;
            }
        }
    }
    Ok(partner)
}

/// The stable matching that every hospital likes best: the hospital of each resident.
pub(super) fn hospital_optimal(
    residents: &Side,
    hospitals: &Side,
    seats: &[usize],
    context: &Context,
) -> Result<Vec<u32>> {
    let mut ticker = Ticker::new(context);
    let mut next = vec![0_u32; hospitals.len()];
    let mut free = seats.to_vec();
    let mut held = vec![(NONE, NONE); residents.len()];
    let mut waiting: Vec<u32> = (0..hospitals.len() as u32).rev().collect();
    while let Some(hospital) = waiting.pop() {
        while free[hospital as usize] > 0 {
            let Some(&resident) = hospitals.list(hospital).get(next[hospital as usize] as usize) else { break };
            ticker.step()?;
            next[hospital as usize] += 1;
            let place = residents.place(resident, hospital);
            let holds = &mut held[resident as usize];
            if place < holds.0 {
                let left = holds.1;
                *holds = (place, hospital);
                free[hospital as usize] -= 1;
                if left != NONE {
                    free[left as usize] += 1;
                    waiting.push(left);
                }
            }
        }
    }
    Ok(held.into_iter().map(|(_, hospital)| hospital).collect())
}
