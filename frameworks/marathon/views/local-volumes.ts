/** The persistent volumes of an instance as the API shows them: of a pod `containerPath` is the name of the volume. */

import { persistenceId } from '../core/residency/reservations';
import type { Instance } from '../core/state/state';

export function localVolumes(instance: Instance): object[] {
  return (instance.reservation?.volumes ?? []).map((volume) => ({
    runSpecId: instance.appId,
    ...volume,
    persistenceId: persistenceId(instance, volume),
  }));
}
