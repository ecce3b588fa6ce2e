/*
 * The mounts that a starter alone sees.
 */

#pragma once
#include "../plan.h"

/*
 * Makes the mounts of a plan in a mount namespace of the caller alone: the root of the file system at a folder, and those of
 * images. Mounts that the host makes later are seen there, too; none of ours is seen by the host, and all are gone with the
 * last process that uses them.
 */
int make_mounts(const struct plan *plan);
