// One ClientLink's side of the connection server: its link ids become our connection ids.
#pragma once

#include "daemons/connsrv/connsrv.hpp"

namespace harvest::connsrv {

class Connsrv::Port final : public LinkEvents {
public:
    Port(Connsrv& owner, ClientLink& link) : owner_(owner), link_(link) {}

    void opened(const LinkInfo& info) override { owner_.opened(link_, info, *this); }
    void message(LinkId link, std::string_view bytes) override
    {
        if (const auto found = conns_.find(link); found != conns_.end()) owner_.arrived(found->second, bytes);
    }
    void closed(LinkId link, CloseReason reason) override
    {
        const auto found = conns_.find(link);
        if (found == conns_.end()) return;
        const ConnId conn = found->second;
        conns_.erase(found);
        owner_.gone(conn, reason);
    }
    void remember(LinkId link, ConnId conn) { conns_[link] = conn; }

private:
    Connsrv& owner_;
    ClientLink& link_;
    std::unordered_map<LinkId, ConnId> conns_;
};

} // namespace harvest::connsrv
