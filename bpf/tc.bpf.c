// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Attached to the interfaces of a privileged run's network namespace, where no security module hook refuses AF_PACKET.
#include "include/packet_socket.h"

SEC("?tc")
int stop_packet_socket(struct __sk_buff *skb)
{
	return judge_packet_socket(skb);
}
