/** EtherTypes that `l3.protocols` is known to take, but for the two of IP: none of them is judged here. */
export const linkProtocols: readonly string[] = [
  ..."arp rarp 8021q 8021ad mplsuc mplsmc pppdisc pppses pae macsec loop".split(" "),
];

/** IP protocols that `l4.protocols` takes and that rules here cannot name. */
export const otherTransports: readonly string[] = [
  ..."ip igmp ipip egp igp pup idp tp dccp ipv6 rsvp gre esp ah mtp beetph encap pim comp udplite mpls raw".split(
    " ",
  ),
];
