/**
 * A big page that many clients poll. Requests at the same moment of the state share one text. A page that takes long to
 * make is served for twice that time, so that polling takes at most a third of the process; small clusters, whose pages
 * are quick to make, always see the newest state.
 */

/** A page that takes less time to make than this is made anew after every change. */
const QUICK_MS = 20;
const REST_FACTOR = 2;

export function sharedPage(
  make: () => Buffer,
  moment: () => number,
  {
    now = () => performance.now(),
    hit = () => undefined,
  }: {
    readonly now?: () => number;
    /** Called when a request gets a page that was made for an earlier one. */
    readonly hit?: () => void;
  } = {},
) {
  let last: { moment: number; body: Buffer; madeAt: number; tookMs: number } | undefined;
  /** The last page if it can still be served; undefined otherwise. */
  const shareable = (): Buffer | undefined => {
    if (!last || (last.moment !== moment() && !isStillGood(last, now()))) return undefined;
    hit();
    return last.body;
  };
  const page = (): Buffer => {
    const shared = shareable();
    if (shared) return shared;
    const current = moment();
    const began = now();
    const body = make();
    const madeAt = now();
    last = { moment: current, body, madeAt, tookMs: madeAt - began };
    return body;
  };
  return Object.assign(page, { kept: shareable });
}

function isStillGood({ madeAt, tookMs }: { madeAt: number; tookMs: number }, now: number): boolean {
  return tookMs > QUICK_MS && now - madeAt < REST_FACTOR * tookMs;
}
