/** Views in tests: the read of a world, and answers as whole texts. */

import type { Pieces, Read } from '../../../frameworks/chronos/views/read';
import type { World } from './world';

export function readOf(world: World): Read {
  return (view) => view(world.state);
}

export function namesOf(world: World): readonly string[] {
  return [...world.state.jobs.keys()].sort();
}

export function whole(pieces: Pieces): string {
  return [...pieces].join('');
}
