# SPDX-License-Identifier: MPL-2.0
# systemd takes absolute paths only, hence the units are made here and not by
# configure, which does not know bindir in full. The node of the host, and one
# of several, differ in their names, files and directories alone.
units = conf/lbagent.service conf/lbagent@.service
systemdsystemunit_DATA = $(units)
CLEANFILES += $(units)
EXTRA_DIST += conf/lbagent.service.in

make_unit = mkdir -p conf && sed -e 's|@bindir[@]|$(bindir)|' \
	-e "s|@about[@]|$$about|" -e "s|@of[@]|$$of|" -e "s|@dash[@]|$$dash|" \
	-e "s|@options[@]|$$options|" $(srcdir)/conf/lbagent.service.in \
	>$@.tmp && mv $@.tmp $@

conf/lbagent.service: conf/lbagent.service.in Makefile
	$(AM_V_GEN)about='The node of a host: /etc/lbagent/node.ini.'; \
	of=; dash=; options=; $(make_unit)

conf/lbagent@.service: conf/lbagent.service.in Makefile
	$(AM_V_GEN)about='One of several nodes of a host: listen.port of each'; \
	about="$$about is in its /etc/lbagent/%i.ini."; \
	of=' %i'; dash=-%i; \
	options=' --config /etc/lbagent/%i.ini --name %l-%i'; $(make_unit)

examplesdir = $(docdir)/examples
dist_examples_DATA = conf/jobs.conf conf/lbagent.sysusers \
	conf/examples/kinds.ini conf/examples/words.awk
dist_examples_SCRIPTS = conf/examples/collatz.py

# What the administrator wrote stays: a file that is there is not touched.
EXTRA_DIST += conf/node.ini tests/install.sh
TESTS += tests/install.sh
install-data-local:
	test -e '$(DESTDIR)$(sysconfdir)/lbagent/node.ini' || { \
	    $(MKDIR_P) '$(DESTDIR)$(sysconfdir)/lbagent' && \
	    $(INSTALL_DATA) $(srcdir)/conf/node.ini \
	        '$(DESTDIR)$(sysconfdir)/lbagent/node.ini'; }

# Only as it was installed: what differs is somebody's work.
uninstall-local:
	! cmp -s $(srcdir)/conf/node.ini \
	    '$(DESTDIR)$(sysconfdir)/lbagent/node.ini' || \
	    rm -f '$(DESTDIR)$(sysconfdir)/lbagent/node.ini'
