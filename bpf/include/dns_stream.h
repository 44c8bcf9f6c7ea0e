// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// DNS over TCP (RFC 1035, 4.2.2; RFC 7766): messages with their length before them, put together from segments.
#pragma once

#include "dns_answer.h"

#define DNS_PREFIX 2
#define DNS_OUT_BYTES 288 /* header, the longest name, type and class of a query: what follows is not read */
#define DNS_OUT_ROOM 512
#define DNS_STREAM_STEPS 4096
#define DNS_STREAM_IDLE_NS 10000000000ULL /* a message whose next part is that late is given up */
#define DNS_DROPS 64 /* segments in a row that may be dropped to wait for the missing one */

/* One side of a connection. */
struct dns_side {
	__u32 next; /* number of the byte that comes next */
	__u32 have; /* bytes of the message under way, those of its length included */
	__u32 length;
	__u32 broken; /* nothing more is read */
};

struct dns_stream {
	struct dns_side out;
	struct dns_side in;
	__u32 held; /* 1: a program reads what arrives */
	__u32 drops;
	__u32 room; /* where the arriving message is put together; 0: nowhere yet */
	__u32 denied; /* 1: a query was, and nothing more leaves */
	__u8 query[DNS_OUT_ROOM + DNS_OUT_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct dns_stream);
} dns_streams SEC(".maps");

struct dns_segment {
	struct __sk_buff *skb;
	struct bpf_sock *sk;
	struct dns_stream *stream;
	struct dns_room *room;
	const struct dns_packet *packet;
	__u32 at;
	__u32 end;
};

/* Nothing of this side is read any more; it passes. */
static __always_inline void break_side(struct dns_side *side)
{
	side->broken = 1;
	count_loss(RF_LOSS_DNS_STREAMS);
}

/* Copies up to `most` bytes of the segment; returns how many, 0 if none could be. */
static __always_inline __u32 copy_part(struct dns_segment *s, __u8 *to, __u32 wanted, __u32 most)
{
	__u32 length = s->end - s->at, last;

	if (length > wanted)
		length = wanted;
	last = length - 1;
	if (last >= most)
		last = most - 1;
	forget(last);
	if (last >= most || !length || bpf_skb_load_bytes(s->skb, s->at, to, last + 1))
		return 0;
	s->at += last + 1;
	return last + 1;
}

/* One byte of a message's length. */
static __always_inline bool read_prefix(struct dns_segment *s, struct dns_side *side)
{
	__u8 byte;

	if (bpf_skb_load_bytes(s->skb, s->at, &byte, 1))
		return false;
	side->length = side->have ? side->length << 8 | byte : byte;
	side->have++;
	s->at++;
	return true;
}

static __always_inline void end_query(struct dns_segment *s)
{
	struct dns_stream *stream = s->stream;
	struct dns_message *m = &s->room->message;
	bool readable;

	m->length = stream->out.length < DNS_OUT_BYTES ? stream->out.length : DNS_OUT_BYTES;
	bpf_probe_read_kernel(m->bytes, DNS_OUT_BYTES, stream->query);
	stream->out.have = 0;
	readable = !dns_parse_query(m) && !(m->flags & RF_DNS_RESPONSE);
	if (!see_query(s->skb, s->sk, s->room, s->packet, readable))
		stream->denied = 1;
	else if (!readable)
		break_side(&stream->out);
}

static long query_part_step(__u32 index, struct dns_segment *s)
{
	struct dns_stream *stream = s->stream;
	struct dns_side *out = &stream->out;
	__u32 got, done;

	if (s->at >= s->end || out->broken || stream->denied)
		return 1;
	if (out->have < DNS_PREFIX) {
		if (!read_prefix(s, out))
			break_side(out);
		return 0;
	}
	done = out->have - DNS_PREFIX;
	if (done < DNS_OUT_BYTES) {
		got = copy_part(s, &stream->query[done & (DNS_OUT_ROOM - 1)], out->length - done, DNS_OUT_BYTES);
	} else {
		got = s->end - s->at < out->length - done ? s->end - s->at : out->length - done;
		s->at += got;
	}
	if (!got) {
		break_side(out);
		return 1;
	}
	out->have += got;
	if (out->have - DNS_PREFIX == out->length)
		end_query(s);
	return 0;
}

/* Sets the segment to what is new in it. False where nothing is, or something before it is missing. */
static __always_inline bool begin_part(struct dns_segment *s, const struct dns_side *side, __s32 *missing)
{
	__u32 old = side->next - s->packet->sequence;

	*missing = -(__s32)old;
	if (*missing > 0 || old >= s->end - s->at)
		return false;
	s->at += old;
	return true;
}

/* A connection begins with its first segment; a socket can be connected again, and what it held back is gone then. One
 * that was not seen to begin does so with the first bytes that it sends; what it has received by then is acknowledged. */
static __always_inline struct dns_stream *follow_stream(struct bpf_sock *sk, const struct dns_packet *p)
{
	struct dns_stream *stream = bpf_sk_storage_get(&dns_streams, sk, 0, 0);

	if (stream && !p->opens)
		return stream;
	if (!stream)
		stream = bpf_sk_storage_get(&dns_streams, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!stream) {
		count_loss(RF_LOSS_DNS_STREAMS);
		return NULL;
	}
	__builtin_memset(&stream->out, 0, sizeof(stream->out));
	__builtin_memset(&stream->in, 0, sizeof(stream->in));
	stream->denied = 0;
	stream->drops = 0;
	stream->room = 0;
	stream->out.next = p->sequence;
	stream->in.next = p->acknowledged;
	return stream;
}

static __always_inline int follow_outgoing(struct __sk_buff *skb, struct bpf_sock *sk, struct dns_room *room,
				      const struct dns_packet *p)
{
	struct dns_segment s = { .skb = skb, .sk = sk, .room = room, .packet = p, .at = p->payload, .end = skb->len };
	__s32 missing;

	if (s.at >= s.end && !p->opens)
		return RF_PASS;
	s.stream = follow_stream(sk, p);
	if (s.stream && p->urgent)
		break_side(&s.stream->out);
	/* a raw socket sends any segment twice, and differently */
	if (!s.stream || sk->type != SOCK_TYPE_STREAM)
		return refuse_segment(sk, room, p);
	if (!s.stream->denied && !s.stream->out.broken) {
		if (begin_part(&s, &s.stream->out, &missing)) {
			s.stream->out.next += s.end - s.at;
			bpf_loop(DNS_STREAM_STEPS, query_part_step, &s, 0);
			/* more messages than one packet may hold: the next one would be read from the middle of one */
			if (s.at < s.end && !s.stream->denied && !s.stream->out.broken)
				break_side(&s.stream->out);
		} else if (missing > 0) {
			break_side(&s.stream->out);
		}
	}
	if (s.stream->denied)
		return RF_DROP;
	return s.stream->out.broken ? refuse_segment(sk, room, p) : RF_PASS;
}

static __always_inline struct dns_room *stream_room(__u32 number)
{
	__u32 index = DNS_ROOMS + number - 1;

	return number ? bpf_map_lookup_elem(&dns_rooms, &index) : NULL;
}

/* Takes a room for as long as a message is under way: a free one, or one whose message was given up. */
static __always_inline struct dns_room *take_stream_room(struct dns_stream *stream, __u64 cookie, __u64 now)
{
	for (__u32 i = 1; i <= DNS_STREAM_ROOMS; i++) {
		struct dns_room *room = stream_room(i);
		__u64 owner;

		if (!room)
			return NULL;
		owner = *(volatile __u64 *)&room->owner;
		if (owner && now - room->used_ns < DNS_STREAM_IDLE_NS)
			continue;
		if (__sync_val_compare_and_swap(&room->owner, owner, cookie) == owner) {
			stream->room = i;
			return room;
		}
	}
	return NULL;
}

/* The room of the message under way; NULL if there is none left, or another stream has it now. */
static __always_inline struct dns_room *room_of_stream(struct dns_segment *s)
{
	__u64 cookie = bpf_get_socket_cookie(s->skb), now = bpf_ktime_get_boot_ns();
	struct dns_stream *stream = s->stream;
	struct dns_room *room = stream_room(stream->room);

	if (!room && stream->in.have == DNS_PREFIX)
		room = take_stream_room(stream, cookie, now);
	if (!room || room->owner != cookie)
		return NULL;
	room->used_ns = now;
	return room;
}

static __always_inline void end_answer(struct dns_segment *s, struct dns_room *room)
{
	struct dns_stream *stream = s->stream;

	room->message.length = stream->in.length;
	if (!read_answer(s->skb, room, s->packet))
		break_side(&stream->in);
	stream->in.have = 0;
	stream->room = 0;
	__sync_lock_test_and_set(&room->owner, 0);
}

static long answer_part_step(__u32 index, struct dns_segment *s)
{
	struct dns_side *in = &s->stream->in;
	struct dns_room *room;
	__u32 done, got;

	if (s->at >= s->end || in->broken)
		return 1;
	if (in->have < DNS_PREFIX) {
		if (!read_prefix(s, in))
			break_side(in);
		return 0;
	}
	done = in->have - DNS_PREFIX;
	room = room_of_stream(s);
	got = room ? copy_part(s, &room->message.bytes[done & DNS_OFFSETS], in->length - done, DNS_CHUNK) : 0;
	if (!got) {
		break_side(in);
		return 1;
	}
	in->have += got;
	if (in->have - DNS_PREFIX == in->length)
		end_answer(s, room);
	return 0;
}

/* False if the segment is to be dropped: one before it is missing, and the application must not read what nobody learned
 * from. Its sender repeats it. After many in a row the stream is let go. */
static __always_inline bool may_arrive(struct dns_stream *stream)
{
	count_dns(RF_DNS_REORDERED, 1);
	stream->drops++;
	if (stream->drops <= DNS_DROPS)
		return false;
	break_side(&stream->in);
	return true;
}

static __always_inline int follow_incoming(struct __sk_buff *skb, struct bpf_sock *sk, const struct dns_packet *p)
{
	struct dns_segment s = { .skb = skb, .sk = sk, .packet = p, .at = p->payload, .end = skb->len };
	int result = RF_PASS;
	__s32 missing;

	s.stream = bpf_sk_storage_get(&dns_streams, sk, 0, 0);
	if (s.stream && p->opens && !s.stream->in.next)
		s.stream->in.next = p->sequence; /* data in the first segment acknowledges nothing yet (RFC 7413) */
	if (s.at >= s.end || !s.stream || s.stream->in.broken)
		return RF_PASS;
	/* two processors have segments of one connection: the second one's comes again */
	if (__sync_val_compare_and_swap(&s.stream->held, 0, 1))
		return may_arrive(s.stream) ? RF_PASS : RF_DROP;
	if (begin_part(&s, &s.stream->in, &missing)) {
		s.stream->in.next += s.end - s.at;
		s.stream->drops = 0;
		bpf_loop(DNS_STREAM_STEPS, answer_part_step, &s, 0);
		if (s.at < s.end && !s.stream->in.broken)
			break_side(&s.stream->in);
	} else if (missing > 0 && !may_arrive(s.stream)) {
		result = RF_DROP;
	}
	__sync_lock_test_and_set(&s.stream->held, 0);
	return result;
}
