/**
 * The terminal that a container asks for by `ContainerInfo.tty_info`.
 */

import type { WindowSize } from '../../runtime/holder/held-program';
import type { ContainerSpec } from '../core/state/container-spec';

/** A terminal whose size is not asked for has none. */
const UNSIZED: WindowSize = { rows: 0, columns: 0 };

/** The size of its terminal; undefined when it has none. A container without a program needs none. */
export function terminalOf({ command, container }: ContainerSpec): WindowSize | undefined {
  const terminal = container?.tty_info;
  return command && terminal && (terminal.window_size ?? UNSIZED);
}
