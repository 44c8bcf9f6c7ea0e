// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The path of an executable as the mount tree has it, not as the caller typed it: names are collected from the
// dentry up to the root of its mount, then from the mount point on, until the root of the mount namespace.
#pragma once

#include "maps.h"
#include <bpf/bpf_core_read.h>

#define RF_PATH_STEPS 4096

struct path_walk {
	__u8 *buffer; /* RF_PATH_LEN + slack; the path is built from its end */
	struct dentry *dentry;
	struct mount *mount;
	__u32 start; /* index of the first byte written */
	__u32 complete; /* stays 0 when the path is too long, or the mounts are too many */
};

static __always_inline struct mount *mount_of(struct vfsmount *vfs)
{
	return (struct mount *)((void *)vfs - bpf_core_field_offset(struct mount, mnt));
}

static long path_step(__u32 step, struct path_walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent;
	const unsigned char *name;
	__u32 len;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *up = BPF_CORE_READ(mount, mnt_parent);

		if (up == mount || !up) {
			walk->complete = 1;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = up;
		return 0;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	/* The root of a file system that no mount shows; a memfd is such a root itself, and has a name all the same. */
	if (parent == dentry || !parent) {
		walk->complete = 1;
		if (walk->start != RF_PATH_LEN - 1)
			return 1;
	}
	len = BPF_CORE_READ(dentry, d_name.len);
	name = BPF_CORE_READ(dentry, d_name.name);
	/* No fixed limit: 255 characters can be 765 bytes on FAT, and FUSE has names of more. */
	if (len >= RF_PATH_LEN || walk->start < len + 1) {
		walk->complete = 0;
		return 1;
	}
	walk->start -= len;
	bpf_probe_read_kernel(&walk->buffer[walk->start & (RF_PATH_LEN - 1)], len & (RF_PATH_LEN - 1), name);
	walk->start -= 1;
	walk->buffer[walk->start & (RF_PATH_LEN - 1)] = '/';
	walk->dentry = parent;
	return walk->complete != 0;
}

/* The namespace that open_tree() and fsmount() make around a tree that is mounted nowhere has no number. */
static __always_inline bool is_anonymous(struct mnt_namespace *ns)
{
	if (bpf_core_field_exists(ns->seq))
		return !BPF_CORE_READ(ns, seq);
	return bpf_core_field_exists(ns->ns.ns_id) && !BPF_CORE_READ(ns, ns.ns_id);
}

/* Returns the number of bytes, which end at buffer[RF_PATH_LEN - 1], or 0 when nothing could be read. */
static __always_inline __u32 resolve_path(struct file *file, __u8 *buffer, __u32 *flags)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	struct mount *mount = mount_of(BPF_CORE_READ(file, f_path.mnt));
	struct path_walk walk = {
		.buffer = buffer,
		.dentry = dentry,
		.mount = mount,
		/* The last byte stays zero: see key_step. Less zero, which the verifier does not know, or Linux 6.1 walks the step from
		 * this start only, and removes what later ones need. */
		.start = RF_PATH_LEN - 1 - (bpf_get_current_pid_tgid() >> 63),
	};
	struct mnt_namespace *ns;

	if (BPF_CORE_READ(dentry, d_hash.pprev) == NULL)
		*flags |= RF_EXE_DELETED;
	bpf_loop(RF_PATH_STEPS, path_step, &walk, 0);
	if (!walk.complete) {
		*flags |= RF_EXE_TRUNCATED;
		return RF_PATH_LEN - 1 - walk.start;
	}
	mount = walk.mount;
	ns = BPF_CORE_READ(mount, mnt_ns);
	/* MNT_NS_INTERNAL, and NULL after a lazy unmount, are no namespace. */
	if ((long)ns < 0 && (unsigned long)ns < (unsigned long)-4095L &&
	    BPF_CORE_READ(ns, root) == mount && !is_anonymous(ns)) {
		if (BPF_CORE_READ(ns, user_ns, level) == 0)
			*flags |= RF_EXE_TRUSTED;
	} else {
		*flags |= RF_EXE_MEMFD;
	}
	return RF_PATH_LEN - 1 - walk.start;
}
