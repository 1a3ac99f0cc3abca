"""The same script in Python."""

from pyroute2 import IPRoute

with IPRoute() as ip:
    for link in ip.get_links():
        print(link.get_attr("IFLA_IFNAME"), link.get_attr("IFLA_MTU"), link.get_attr("IFLA_OPERSTATE"))
