/** The tables of the state that begin empty, with a start of Marathon and with a rehearsal. */

import { newTimeHeap } from '../../../../cluster/model/time-heap';
import type { MarathonState } from './state';

type EmptyTables =
  | 'instances'
  | 'byApp'
  | 'byTask'
  | 'waiting'
  | 'reserved'
  | 'tallies'
  | 'tallied'
  | 'placements'
  | 'healthCounts'
  | 'storms'
  | 'givenUp'
  | 'backoffs'
  | 'queue'
  | 'health'
  | 'readiness'
  | 'failures'
  | 'kills'
  | 'delayed'
  | 'heldOffers'
  | 'knownAgents'
  | 'unconfirmed'
  | 'offerConstraints';

export function emptyTables(): Pick<MarathonState, EmptyTables> {
  return {
    instances: new Map(),
    byApp: new Map(),
    byTask: new Map(),
    waiting: new Map(),
    reserved: new Map(),
    tallies: new Map(),
    tallied: new Map(),
    placements: new Map(),
    healthCounts: { failing: 0, working: 0 },
    storms: new Map(),
    givenUp: new Set(),
    backoffs: new Map(),
    queue: new Map(),
    health: new Map(),
    readiness: new Map(),
    failures: new Map(),
    kills: new Map(),
    delayed: newTimeHeap(),
    heldOffers: new Map(),
    knownAgents: new Map(),
    unconfirmed: new Set(),
    offerConstraints: newOfferConstraints(),
  };
}

/** The offer constraints of a new subscription: none, and the present ones are due. */
export function newOfferConstraints(): MarathonState['offerConstraints'] {
  return { sent: {}, sentAt: 0, isDue: true, scope: 'all' };
}
