# SPDX-License-Identifier: MPL-2.0
dist_man_MANS += \
	man/lbagent.8 \
	man/lbagent.ini.5 \
	man/lbagent-protocol.7 \
	man/liblb.3

# What the pages say is compared with what the sources say.
check_PROGRAMS += tests/tools/config_keys
tests_tools_config_keys_SOURCES = tests/tools/config_keys.c
tests_tools_config_keys_LDADD = libagent.a libcore.a libproto.a \
	libkinds.a libbase.a
TESTS += tests/docs.sh tests/man-keys.sh tests/man-lbtop.sh
EXTRA_DIST += tests/docs.sh tests/man-keys.sh tests/man-lbtop.sh \
	tests/shots.sh
