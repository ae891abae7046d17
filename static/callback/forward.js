location.replace("/" + (location.hash || (location.search ? "#error=invalid_request" : "")));
